#pragma once
// Runs a program to its end: with input from memory, output captured into bounded memory, and a
// deadline after which it is killed together with everything it started. Use it for tools whose
// answer is wanted; it is not for daemons.
//
// The child has its own process group, the three standard streams and what others left inheritable
// (our descriptors are close-on-exec), an empty signal mask, and the default action for SIGPIPE,
// SIGCHLD and SIGTERM. A terminal's Ctrl-C does not reach it. When run_process returns, whatever is
// left of the group has been sent SIGKILL; a process that moved to a group of its own is not found.
//
// Bounds:  kProcessLimits. From the budget: output_bytes_max twice, held by the outcome, and until
//          the child runs 8 bytes an argument and a variable. What the child writes beyond
//          output_bytes_max is read and counted, so that it never waits for us. Returns at most
//          deadline_ms + grace_ms + 2 * kProcessLimits.reap_ms after it was called.
// Threads: any, at the same time; but the environment must not be changed meanwhile. SIGPIPE is
//          blocked for the calling thread while it writes, and never delivered because of us. A
//          process that ignores SIGCHLD cannot wait: WAIT_FAILED with ECHILD.
// Failure: LIMIT_EXCEEDED and the budget's codes, before anything happens; PIPE_FAILED;
//          SPAWN_FAILED with field "process.program" or "process.working_directory"; READ_FAILED,
//          WRITE_FAILED, WAIT_FAILED, after the group was killed. How the child ended, and that it
//          did not read its input, is an outcome, not an error. No descriptor and no zombie stays.
//          Where a tool runs this process and turns vfork into fork (Valgrind 3.19), a program that
//          is found but cannot be executed is an outcome with exit code 127.
// Cost:    a posix_spawn and two or three pipes; one poll a block of data, else one every 20 ms.
//
//   const std::array arguments{"git", "rev-parse", "HEAD"};
//   Result<ProcessOutcome> outcome = run_process({.arguments = arguments}, budget);
//   if (outcome && outcome->has_succeeded()) use(outcome->standard_output.text());

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "redzone/base/budgeted_buffer.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/base/result.hpp"
#include "redzone/os/limits.hpp"

namespace redzone::os {

// Strings end with a null byte, are not null, and live until run_process returns.
struct ProcessRequest {
  // The program and its arguments, at least one word. A name without a slash is looked up in this
  // process's PATH.
  std::span<const char* const> arguments = {};
  // "NAME=value", on top of this process's environment; of entries with one name the last counts.
  std::span<const char* const> environment = {};
  // Null: this process's. A program or PATH entry that is relative is relative to it.
  const char* working_directory = nullptr;
  // What the child reads; none: /dev/null.
  std::span<const std::byte> standard_input = {};
  std::uint64_t output_bytes_max = kProcessLimits.output_bytes_default;  // of each stream
  std::uint64_t deadline_ms = kProcessLimits.deadline_ms_default;
  std::uint64_t grace_ms = kProcessLimits.grace_ms_default;
};

// What came out of one stream: the first bytes, and how many there were.
struct CapturedOutput {
  BudgetedBuffer buffer = {};
  std::uint64_t kept_bytes = 0;   // <= buffer.size(), <= total_bytes
  std::uint64_t total_bytes = 0;  // kept or not

  [[nodiscard]] std::string_view text() const;
  [[nodiscard]] bool is_truncated() const { return total_bytes > kept_bytes; }
};

enum class ProcessEnd : std::uint8_t {
  exited,            // exit_code
  killed_by_signal,  // signal_number
  timed_out,         // the deadline came first; exit_code or signal_number tell what it did then
};

struct ProcessOutcome {
  ProcessEnd end = ProcessEnd::exited;
  int exit_code = -1;     // -1 when a signal ended it
  int signal_number = 0;  // 0 when it exited
  CapturedOutput standard_output = {};
  CapturedOutput standard_error = {};
  std::uint64_t input_written_bytes = 0;  // less than the input: the child stopped reading
  // After the child had ended, a process that it left behind held its output open for longer than
  // kProcessLimits.drain_ms; what that one would have written is missing.
  bool was_output_held_open = false;

  // Of the child and those of its children that it waited for.
  std::uint64_t user_us = 0;
  std::uint64_t system_us = 0;
  // The largest resident size of any one of them. Linux counts the moment before exec, in which a
  // child shares our memory: where the child stayed below our own peak, this is our peak, and
  // is_rss_only_a_bound says so.
  std::uint64_t rss_max_bytes = 0;
  bool is_rss_only_a_bound = false;

  [[nodiscard]] bool has_succeeded() const { return end == ProcessEnd::exited && exit_code == 0; }
};

[[nodiscard]] Result<ProcessOutcome> run_process(const ProcessRequest& request,
                                                 MemoryBudget& budget);

}  // namespace redzone::os
