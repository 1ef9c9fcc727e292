#pragma once
// What every fallible function of redzone returns: a value, or the Error that says why not. The
// library throws nothing of its own.
//
// Bounds:  the larger of T and Error, no allocation.
// Threads: a value.
// Failure: none of its own; reading the value of a failed Result is a programmer's error.
// Cost:    none over returning T by value and testing a flag.
//
//   Result<std::uint64_t> end = checked_add(offset, size_bytes);
//   if (!end) return std::unexpected(end.error());
//
// libstdc++ 12 has std::expected without and_then, or_else, transform and transform_error.

#include <expected>

#include "redzone/base/error.hpp"

namespace redzone {

template <class T>
using Result = std::expected<T, Error>;

// What a function without a value returns.
using Status = Result<void>;

// `return fail(error)` in a function that returns any Result.
[[nodiscard]] constexpr std::unexpected<Error> fail(const Error& error) {
  return std::unexpected<Error>(error);
}

}  // namespace redzone
