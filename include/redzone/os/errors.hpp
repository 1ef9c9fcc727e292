#pragma once
// The codes of os: what the operating system refused. `value` is its errno where one is named.
//
// Bounds:  none held. Threads: pure functions. Failure: none. Cost: a switch.

#include <cstdint>
#include <string_view>

#include "redzone/base/error.hpp"

namespace redzone::os {

enum class Code : std::uint8_t {
  open_failed = 1,         // value: errno
  read_failed = 2,         // offset of the read; value: errno
  read_interrupted = 3,    // offset of the read; value: interruptions in a row; limit, if given up
  not_a_regular_file = 4,  // value: the mode's type bits
  size_unknown = 5,        // value: errno
  spawn_failed = 6,        // field names the cause; value: errno
  pipe_failed = 7,         // field names the pipe; value: errno
  wait_failed = 8,         // value: errno
  write_failed = 9,        // offset of the write; value: errno
  limit_exceeded = 10,     // field names it; value, limit
  offset_too_large = 11,   // offset; limit: the largest offset the system can read from
  random_failed = 12,      // value: errno
};

[[nodiscard]] constexpr ErrorCode error_code(Code code) {
  return ErrorCode{Component::os, static_cast<std::uint8_t>(code)};
}

// The printed name of a code of os or base, "UNKNOWN" for any other component's.
[[nodiscard]] std::string_view error_name(ErrorCode code);

}  // namespace redzone::os
