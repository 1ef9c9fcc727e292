// A scope that nobody keeps guards nothing.
// expect: nodiscard

#include "redzone/arena/thread_arena.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  static_cast<void>(budget);
#ifdef REDZONE_MISTAKE
  redzone::ThreadArenaScope::enter("parse");
#else
  const auto scope = redzone::ThreadArenaScope::enter("parse");
  if (!scope) return redzone::fail(scope.error());
#endif
  return {};
}
