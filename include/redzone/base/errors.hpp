#pragma once
// The codes of base: arithmetic on sizes from outside, and memory that was asked for and refused.
//
// Bounds:  none held. Threads: pure functions. Failure: none. Cost: a switch.

#include <string_view>

#include "redzone/base/error.hpp"

namespace redzone {

enum class BaseCode : std::uint8_t {
  arithmetic_overflow = 1,        // value: the left operand; limit: the largest that would fit
  allocation_exceeds_single = 2,  // value: bytes asked for; limit: MemoryBudget's max_single
  allocation_exceeds_total = 3,   // value: bytes asked for; limit: what was left of max_total
  out_of_memory = 4,              // value: bytes asked for; the machine itself refused
};

[[nodiscard]] constexpr ErrorCode error_code(BaseCode code) {
  return ErrorCode{Component::base, static_cast<std::uint8_t>(code)};
}

// The printed name of a code of base, "UNKNOWN" for any other component's.
[[nodiscard]] std::string_view base_error_name(ErrorCode code);

}  // namespace redzone
