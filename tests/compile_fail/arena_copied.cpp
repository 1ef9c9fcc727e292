// Two arenas would hand out the same memory.
// expect: deleted

#include <utility>

#include "redzone/arena/arena.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  redzone::Arena arena(budget);
#ifdef REDZONE_MISTAKE
  redzone::Arena other(arena);
#else
  redzone::Arena other(std::move(arena));
#endif
  if (const auto block = other.try_allocate(8, 8); !block) return redzone::fail(block.error());
  return {};
}
