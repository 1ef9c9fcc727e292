#pragma once
// What the canaries of the arena share.

#include <cstddef>

#include "escape.hpp"
#include "redzone/arena/arena.hpp"

namespace canary {

inline constexpr redzone::MemoryBudget::Limits kLimits{.max_single = 64 * redzone::kKiB,
                                                       .max_total = 256 * redzone::kKiB};

// A block whose content and origin the compiler does not know.
inline char* block_of(redzone::BumpArena& arena, std::size_t size_bytes) {
  return escape(static_cast<char*>(arena.allocate(size_bytes, 8)));
}

}  // namespace canary
