#pragma once
// Addresses and sizes to multiples of a power of two, and addresses to pointers. Whoever rounds up
// knows that nothing wraps.

#include <cstddef>
#include <cstdint>

#include "redzone/arena/options.hpp"

namespace redzone {

inline void* pointer_to(std::uintptr_t address) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an arena computes with addresses
  return reinterpret_cast<void*>(address);
}

constexpr std::uint64_t align_up(std::uint64_t value, std::size_t alignment) {
  return (value + alignment - 1) & ~(std::uint64_t{alignment} - 1);
}

constexpr std::uint64_t align_down(std::uint64_t value, std::size_t alignment) {
  return value & ~(std::uint64_t{alignment} - 1);
}

constexpr std::uint64_t rounded(std::uint64_t size_bytes) {
  return align_up(size_bytes, kArenaAlignmentMin);
}

// From `address` to the next multiple; never wraps.
constexpr std::uint64_t padding_to(std::uintptr_t address, std::size_t alignment) {
  return (0 - address) & (alignment - 1);
}

// The most that a block of `alignment` may need behind a header of upstream's memory.
constexpr std::uint64_t padding_max(std::size_t alignment) {
  return alignment > kArenaChunkAlignment ? alignment - kArenaChunkAlignment : 0;
}

}  // namespace redzone
