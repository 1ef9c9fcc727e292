// The allocator would serve its container from an arena that is gone.
// expect: BumpArena

#include "redzone/arena/allocator.hpp"
#include "redzone/arena/arena.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  redzone::Arena arena(budget);
#ifdef REDZONE_MISTAKE
  const redzone::ArenaAllocator<int> allocator{redzone::Arena(budget)};
#else
  const redzone::ArenaAllocator<int> allocator{arena};
#endif
  static_cast<void>(allocator.arena());
  return {};
}
