// The thread knows its scopes by their places.
// expect: ThreadArenaScope(const

#include <utility>

#include "redzone/arena/thread_arena.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  static_cast<void>(budget);
  auto scope = redzone::ThreadArenaScope::enter("parse");
  if (!scope) return redzone::fail(scope.error());
#ifdef REDZONE_MISTAKE
  const redzone::ThreadArenaScope kept(std::move(*scope));
#else
  const redzone::ThreadArenaScope& kept = *scope;
#endif
  static_cast<void>(kept.arena());
  return {};
}
