// A block whose address nobody has is lost until reset, and its failure is not seen.
// expect: nodiscard

#include "redzone/arena/arena.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  redzone::Arena arena(budget);
#ifdef REDZONE_MISTAKE
  arena.try_allocate(100, 8);
#else
  if (const auto block = arena.try_allocate(100, 8); !block) return redzone::fail(block.error());
#endif
  return {};
}
