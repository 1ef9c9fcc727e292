// The resource would serve its container from an arena that is gone.
// expect: BumpArena

#include "redzone/arena/arena.hpp"
#include "redzone/arena/resource.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  redzone::Arena arena(budget);
#ifdef REDZONE_MISTAKE
  redzone::ArenaResource resource{redzone::Arena(budget)};
#else
  redzone::ArenaResource resource{arena};
#endif
  static_cast<void>(resource.arena());
  return {};
}
