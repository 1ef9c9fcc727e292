#pragma once
// The loop around getrandom. Private to os; in a header, and over any function of getrandom's
// shape, so that tests reach the results that the real one hardly ever gives.

#include <cstddef>
#include <span>

#include "redzone/base/result.hpp"

namespace redzone::os {

// As getrandom: the number of bytes written, or -1 with errno.
using RandomCall = std::ptrdiff_t (*)(void* buffer, std::size_t size_bytes, unsigned flags);

[[nodiscard]] Status fill_random(std::span<std::byte> out, RandomCall call);

}  // namespace redzone::os
