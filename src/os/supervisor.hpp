#pragma once
// Watches one child until it has ended: feeds its input, collects its output, keeps its deadline.
// Private to os.

#include <cstdint>

#include "os/child.hpp"
#include "redzone/base/result.hpp"
#include "redzone/os/descriptor.hpp"
#include "redzone/os/process.hpp"

namespace redzone::os {

// Our ends of the pipes; an end that is not open is done with.
struct SupervisedPipes {
  Descriptor input;
  Descriptor output;
  Descriptor error;
};

class Supervisor {
 public:
  // All outlive the supervisor.
  Supervisor(const ProcessRequest& request, Child& child, SupervisedPipes& pipes,
             ProcessOutcome& outcome);

  // Returns when the child was reaped, or with the first error.
  [[nodiscard]] Status run();

 private:
  // Only ever advances, except that any phase may be followed by draining.
  enum class Phase : std::uint8_t {
    running,      // until the deadline
    terminating,  // SIGTERM was sent; until the grace is over
    killed,       // SIGKILL was sent; until waiting is given up
    draining,     // the child has ended; until the pipes end, or nobody waits for them any longer
  };

  [[nodiscard]] Status advance(std::uint64_t now_ms);
  void begin_draining(std::uint64_t now_ms);
  [[nodiscard]] bool has_drained(std::uint64_t now_ms) const;
  [[nodiscard]] Status wait_for_events(std::uint64_t now_ms);
  [[nodiscard]] Status feed_input();
  [[nodiscard]] Status collect_output();
  [[nodiscard]] Status finish();

  const ProcessRequest& request_;
  Child& child_;
  SupervisedPipes& pipes_;
  ProcessOutcome& outcome_;
  Phase phase_ = Phase::running;
  bool is_timed_out_ = false;
  std::uint64_t until_ms_;      // when phase_ ends by itself
  std::uint64_t sleep_ms_ = 1;  // doubles while nothing happens, <= kProcessLimits.poll_ms_max
};

}  // namespace redzone::os
