// The buffer would be gone while the arena hands it out.
// expect: FixedArena

#include <array>
#include <cstddef>
#include <utility>

#include "redzone/arena/fixed_arena.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  static_cast<void>(budget);
  std::array<std::byte, 256> buffer;
#ifdef REDZONE_MISTAKE
  redzone::FixedArena arena{std::array<std::byte, 256>{}};
#else
  redzone::FixedArena arena{buffer};
#endif
  if (const auto block = arena.try_allocate(buffer.size(), 8); !block)
    return redzone::fail(block.error());
  return {};
}
