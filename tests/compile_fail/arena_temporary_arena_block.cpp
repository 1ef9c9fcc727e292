// The block would be gone with its arena at the end of the line.
// expect: Arena

#include "redzone/arena/arena.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  redzone::Arena arena(budget);
#ifdef REDZONE_MISTAKE
  const auto number = redzone::Arena(budget).make<int>(42);
#else
  const auto number = arena.make<int>(42);
#endif
  if (!number) return redzone::fail(number.error());
  return {};
}
