// An arena writes to its buffer.
// expect: FixedArena

#include <array>
#include <cstddef>
#include <span>

#include "redzone/arena/fixed_arena.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  static_cast<void>(budget);
  std::array<std::byte, 256> buffer;
#ifdef REDZONE_MISTAKE
  redzone::FixedArena arena{std::span<const std::byte>(buffer)};
#else
  redzone::FixedArena arena{std::span<std::byte>(buffer)};
#endif
  if (const auto block = arena.try_allocate(100, 8); !block) return redzone::fail(block.error());
  return {};
}
