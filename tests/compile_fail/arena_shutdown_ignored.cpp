// A shutdown that was refused leaves every block where it is.
// expect: nodiscard

#include "redzone/arena/thread_arena.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  static_cast<void>(budget);
#ifdef REDZONE_MISTAKE
  redzone::thread_arena_shutdown();
#else
  if (const redzone::Status done = redzone::thread_arena_shutdown(); !done) return done;
#endif
  return {};
}
