#pragma once
// The end of the process under ArenaOverflow::panic: says which arena refused which request, and
// why, without memory.

#include <cstddef>

#include "redzone/base/error.hpp"

namespace redzone {

[[noreturn]] void panic(const Error& error, std::size_t size_bytes, std::size_t alignment) noexcept;

}  // namespace redzone
