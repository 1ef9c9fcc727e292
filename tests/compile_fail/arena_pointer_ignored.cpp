// A block whose address nobody has is lost until reset, and its failure is not seen.
// expect: nodiscard

#include "redzone/arena/arena.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  redzone::Arena arena(budget);
#ifdef REDZONE_MISTAKE
  arena.allocate(100, 8);
#else
  if (arena.allocate(100, 8) == nullptr) return redzone::fail(arena.last_error());
#endif
  return {};
}
