// The scope would rewind an arena that is gone.
// expect: BumpArena

#include "redzone/arena/arena.hpp"
#include "redzone/arena/scope.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  redzone::Arena arena(budget);
#ifdef REDZONE_MISTAKE
  const redzone::ArenaScope scope{redzone::Arena(budget)};
#else
  const redzone::ArenaScope scope{arena};
#endif
  static_cast<void>(scope.arena());
  return {};
}
