#pragma once
// Arithmetic on sizes, counts and offsets that came from outside. A result that does not fit is an
// Error, never a wrapped number. Where a limit is known, compare what remains
// (`limit - cursor >= n`) rather than add first.
//
// Bounds:  64-bit unsigned.
// Threads: pure functions.
// Failure: ARITHMETIC_OVERFLOW with the left operand as value and the largest left operand that
//          would have fitted as limit.
// Cost:    one instruction and a branch (the compiler's overflow built-ins).
//
//   Result<std::uint64_t> bytes = checked_mul(count, sizeof_element);

#include <cstdint>

#include "redzone/base/check.hpp"
#include "redzone/base/errors.hpp"
#include "redzone/base/result.hpp"

namespace redzone {

[[nodiscard]] constexpr Result<std::uint64_t> checked_add(std::uint64_t left, std::uint64_t right) {
  std::uint64_t sum = 0;
  if (__builtin_add_overflow(left, right, &sum)) {
    return fail(make_error(BaseCode::arithmetic_overflow)
                    .with_field("sum")
                    .with_value(left)
                    .with_limit(UINT64_MAX - right));
  }
  return sum;
}

[[nodiscard]] constexpr Result<std::uint64_t> checked_mul(std::uint64_t left, std::uint64_t right) {
  std::uint64_t product = 0;
  if (__builtin_mul_overflow(left, right, &product)) {
    return fail(make_error(BaseCode::arithmetic_overflow)
                    .with_field("product")
                    .with_value(left)
                    .with_limit(UINT64_MAX / right));
  }
  return product;
}

// The smallest multiple of `alignment`, which is any positive number, that is not below `value`.
[[nodiscard]] constexpr Result<std::uint64_t> checked_align_up(std::uint64_t value,
                                                               std::uint64_t alignment) {
  REDZONE_CHECK(alignment != 0);
  const std::uint64_t remainder = value % alignment;
  if (remainder == 0) return value;
  return checked_add(value, alignment - remainder);
}

}  // namespace redzone
