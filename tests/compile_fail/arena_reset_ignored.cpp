// A reset that was refused leaves every block where it is.
// expect: nodiscard

#include "redzone/arena/arena.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  redzone::Arena arena(budget);
#ifdef REDZONE_MISTAKE
  arena.reset();
#else
  if (const redzone::Status done = arena.reset(); !done) return done;
#endif
  return {};
}
