// Two scopes would take back the same blocks.
// expect: ArenaScope(const

#include "redzone/arena/arena.hpp"
#include "redzone/arena/scope.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  redzone::Arena arena(budget);
  const redzone::ArenaScope scope(arena);
#ifdef REDZONE_MISTAKE
  const redzone::ArenaScope inner(scope);
#else
  const redzone::ArenaScope inner(scope.arena());
#endif
  static_cast<void>(inner.arena());
  return {};
}
