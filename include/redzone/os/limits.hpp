#pragma once
// What os bounds when it runs a child process. Limits are inclusive.
//
// Bounds:  this is where they stand. Threads: constants. Failure: a value above one of them is
//          LIMIT_EXCEEDED, before anything is started. Cost: none.
//
//   request.deadline_ms = os::kProcessLimits.deadline_ms_max;

#include <cstdint>

#include "redzone/base/bytes.hpp"

namespace redzone::os {

struct ProcessLimits {
  // Words of a command line, the program's name among them. A link command of a large target has
  // hundreds; the kernel bounds their bytes (E2BIG). Costs 8 bytes a word while the child starts.
  std::uint64_t arguments_max = 4096;

  // Variables of a child, inherited and added. A shell has about a hundred. Costs 8 bytes each
  // while the child starts.
  std::uint64_t environment_max = 4096;

  // Bytes kept of each of standard output and standard error unless the request says otherwise: a
  // sanitizer's report is about 10 KiB, a compiler's error page about 100. Both streams together
  // stay below the 1 MiB that a MemoryBudget of the runtime grants at once. Costs its size twice.
  std::uint64_t output_bytes_default = 256 * kKiB;

  // The most that a request may ask to keep of one stream; what is larger belongs into a file.
  std::uint64_t output_bytes_max = 64 * kMiB;

  // How long a child runs before its group is ended: a tool that answers does so in a minute, and a
  // whole test suite under the slowest detector takes a night, not two.
  std::uint64_t deadline_ms_default = 60ULL * 1000;
  std::uint64_t deadline_ms_max = 24ULL * 60 * 60 * 1000;

  // Between SIGTERM and SIGKILL: time to write a report and remove temporary files.
  std::uint64_t grace_ms_default = 2ULL * 1000;
  std::uint64_t grace_ms_max = 60ULL * 1000;

  // How long output is awaited after the child has ended, while another process that it started
  // holds the pipe: enough for a filter to write its last lines.
  std::uint64_t drain_ms = 500;

  // How long the end of a killed child is awaited. Only a process that hangs inside the kernel, or
  // that may not be signalled, takes longer; giving up leaves it behind.
  std::uint64_t reap_ms = 10ULL * 1000;

  // Longest sleep between two looks at whether the child has ended. Output, input and an ordinary
  // end wake earlier. Costs at most 50 wake-ups a second.
  std::uint64_t poll_ms_max = 20;

  // Most bytes collected from one pipe after the last process was killed: the capacity up to which
  // a pipe can be grown without privilege. Costs no memory.
  std::uint64_t pipe_bytes_max = kMiB;
};

inline constexpr ProcessLimits kProcessLimits{};

static_assert(kProcessLimits.arguments_max >= 1);
static_assert(kProcessLimits.output_bytes_default <= kProcessLimits.output_bytes_max);
static_assert(2 * kProcessLimits.output_bytes_default <= kMiB);
static_assert(kProcessLimits.deadline_ms_default <= kProcessLimits.deadline_ms_max);
static_assert(kProcessLimits.grace_ms_default <= kProcessLimits.grace_ms_max);
static_assert(kProcessLimits.drain_ms <= kProcessLimits.reap_ms);
static_assert(kProcessLimits.poll_ms_max >= 1 &&
              kProcessLimits.poll_ms_max <= kProcessLimits.drain_ms);
// Times are added to a clock in milliseconds since the machine started, and a sleep is an int.
static_assert(kProcessLimits.deadline_ms_max + kProcessLimits.grace_ms_max +
                  kProcessLimits.reap_ms <=
              INT32_MAX);

}  // namespace redzone::os
