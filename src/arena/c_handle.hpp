#pragma once
// What the sources of the C interface share.

#include <cstdint>

#include "redzone/arena/arena.h"
#include "redzone/arena/bump_arena.hpp"

namespace redzone {

// No structure grows beyond it: what is larger was never set.
inline constexpr std::uint32_t kStructureBytesMax = 4096;

// A handle is the address of the arena itself, so that a request looks nothing up.
[[nodiscard]] inline BumpArena& arena_of(redzone_arena* handle) {
  return *reinterpret_cast<BumpArena*>(handle);
}
[[nodiscard]] inline const BumpArena& arena_of(const redzone_arena* handle) {
  return *reinterpret_cast<const BumpArena*>(handle);
}

}  // namespace redzone
