#pragma once
// Runs a block under an attack in a child process, so that a crash is a result. Private to testing.
//
// Bounds:  the child has `seconds_max`; of what it writes to standard error kChildOutputBytesMax
//          are kept. When run_in_child returns, the child and its process group are gone.
// Threads: the child has the calling thread only: a block that waits for another one does not end.
// Failure: a process that cannot be forked is an end of its own.

#include <cstdint>
#include <string>

#include "testing/attack.hpp"

namespace redzone::testing {

inline constexpr std::size_t kChildOutputBytesMax = 6 * 1024;

enum class ChildEnd : std::uint8_t {
  finished,  // the record is complete
  endless,   // the watchdog ended it
  signalled,
  exited,  // before the block's end, with an exit code
  timed_out,
  not_started,
};

struct ChildResult {
  ChildEnd end = ChildEnd::not_started;
  int number = 0;  // of the signal; the exit code; errno
  RunRecord record;
  std::string error_output;
};

void run_in_child(const detail::Block& block, Attack& attack, std::uint64_t operation_count_max,
                  unsigned seconds_max, ChildResult& result);

}  // namespace redzone::testing
