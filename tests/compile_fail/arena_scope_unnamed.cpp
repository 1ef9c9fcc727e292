// A scope without a name ends where it begins.
// expect: nodiscard

#include "redzone/arena/arena.hpp"
#include "redzone/arena/scope.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  redzone::Arena arena(budget);
#ifdef REDZONE_MISTAKE
  redzone::ArenaScope{arena};
#else
  const redzone::ArenaScope scope{arena};
#endif
  if (const auto block = arena.try_allocate(8, 8); !block) return redzone::fail(block.error());
  return {};
}
