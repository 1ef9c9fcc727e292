#pragma once
// Runs a block of code again and again while something it needs fails: each allocation (oom.hpp),
// each read (io.hpp). This header holds what both share: what a block says about its own success,
// how a torture is set up, and what it can find. It includes no test framework.
//
// A block's last word is its claim. It claims success when it ends normally or returns something
// that converts to true (a Result, an optional, a pointer, a bool); it reports failure when it
// returns something false or throws std::bad_alloc. Any other exception is reported failure too.
//
// A torture runs its block once to warm up, twice to count, and then once for each thing that can
// go wrong. The warm-up takes what the code keeps for ever: blocks that a run leaves behind are a
// leak when the same run leaves them again.
//
// Bounds:  runs_max runs; child_seconds_max a child; kOperationsEndless failures in one run.
// Threads: a torture runs its block in the thread that calls it, one run after another.
// Failure: see Verdict. A torture itself fails as *nothing injected*, *nondeterministic* and *too
//          many runs*, which say that it has proved nothing.
// Cost:    see oom.hpp and io.hpp.
//
//   EXPECT_OOM_SAFE({ return parse(file).has_value(); });
//   EXPECT_OOM_SAFE_WITH(Torture().once_per_stack().in_child(), { return parse(file); });

#include <cstdint>
#include <type_traits>

#include "redzone/testing/judgement.hpp"

namespace redzone::testing {

// What is wrong, in the order in which a run is judged.
enum class Verdict : std::uint8_t {
  safe,
  crashed,             // a child died, or did not end in time
  endless,             // the block tries again for ever
  failed_expectation,  // an assertion of the test framework failed in the block
  leaked,              // blocks of the run are still live after it
  swallowed,           // the block claims success although something that it needed failed
  nondeterministic,    // two runs differ before anything failed: the numbers mean nothing
  nothing_injected,    // no allocation or read was reached: nothing was proved
  too_many_runs,       // more than runs_max: see there
};
// "nothing injected"; static.
[[nodiscard]] const char* name_of(Verdict verdict);

// A block that makes so many allocations or reads in one run, and a hundred times more than it does
// when nothing fails, tries again for ever. In a child that is the verdict *endless*; without one
// nothing can stop the block, and the program says what happened and aborts.
inline constexpr std::uint64_t kOperationsEndless = 1'000'000;

enum class Claim : std::uint8_t { success, failure };

// How a torture is run. Each function returns the changed object, so that they chain.
class Torture {
 public:
  struct Options {
    bool once_per_stack = false;
    bool in_child = false;
    bool may_keep_blocks = false;
    bool all_threads = false;
    bool may_retry_for_ever = false;
    std::uint64_t sample_one_in = 1;
    std::uint64_t seed = 1;
    std::uint64_t size_bytes_min = 0;
    // More allocations than this are not tortured one by one by accident: the torture says so and
    // asks for once_per_stack() or sampled().
    std::uint64_t runs_max = 20'000;
    unsigned child_seconds_max = 60;
  };

  // Fail each distinct call stack once instead of each allocation.
  constexpr Torture& once_per_stack() { return options_.once_per_stack = true, *this; }
  // Fail one allocation in `one_in`, chosen by `seed`.
  constexpr Torture& sampled(std::uint64_t one_in, std::uint64_t seed) {
    return options_.sample_one_in = one_in, options_.seed = seed, *this;
  }
  // Fail only requests of at least so many bytes.
  constexpr Torture& at_least(std::uint64_t bytes) {
    return options_.size_bytes_min = bytes, *this;
  }
  // Run each injection in a child process, so that a crash is a verdict and the loop goes on.
  constexpr Torture& in_child() { return options_.in_child = true, *this; }
  constexpr Torture& child_seconds_max(unsigned seconds) {
    return options_.child_seconds_max = seconds, *this;
  }
  // Fail allocations of every thread, not of the one that runs the torture alone.
  constexpr Torture& all_threads() { return options_.all_threads = true, *this; }
  // Trying again for ever is fine, as code does that takes EINTR for no reason to stop: nothing is
  // interrupted for ever, only once.
  constexpr Torture& may_retry_for_ever() { return options_.may_retry_for_ever = true, *this; }
  // Blocks that stay live are fine: the code under test keeps a cache.
  constexpr Torture& may_keep_blocks() { return options_.may_keep_blocks = true, *this; }
  constexpr Torture& runs_max(std::uint64_t runs) { return options_.runs_max = runs, *this; }

  [[nodiscard]] constexpr const Options& options() const { return options_; }

 private:
  Options options_;
};

namespace detail {

// What a test has told its framework: parts are failures, successes and skips.
struct Outcome {
  std::uint64_t part_count = 0;
  std::uint64_t failure_count = 0;  // among the parts from a given one on
};

// A block without its type: what the loops call.
struct Block {
  Claim (*run)(void* context) = nullptr;
  void* context = nullptr;
  // Of the test that runs now; null where no framework is.
  Outcome (*outcome_since)(std::uint64_t part_index) = nullptr;
};

template <class Body>
Claim claim_of(Body& body) {
#if defined(__cpp_exceptions)
  try {
#endif
    if constexpr (std::is_void_v<std::invoke_result_t<Body&>>) {
      body();
      return Claim::success;
    } else {
      return static_cast<bool>(body()) ? Claim::success : Claim::failure;
    }
#if defined(__cpp_exceptions)
  } catch (...) {
    return Claim::failure;
  }
#endif
}

template <class Body>
Block block_of(Body& body) {
  return Block{[](void* context) { return claim_of(*static_cast<Body*>(context)); }, &body};
}

// What can go wrong with a read.
enum class ReadFault : std::uint8_t { fails, returns_short, is_interrupted };

// A source of io.hpp without its type.
struct Source {
  void* object = nullptr;
  void (*arm)(void* object, ReadFault fault, std::uint64_t nth, bool for_ever) = nullptr;
  void (*disarm)(void* object) = nullptr;
  std::uint64_t (*operations)(void* object) = nullptr;
};

}  // namespace detail

[[nodiscard]] Judgement torture_oom(const Torture& torture, const detail::Block& block,
                                    const TestSite& site);
[[nodiscard]] Judgement torture_io(const Torture& torture, const detail::Source& source,
                                   const detail::Block& block, const TestSite& site);

}  // namespace redzone::testing
