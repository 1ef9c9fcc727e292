// An object whose destructor would never run leaks what it owns.
// expect: the arena runs no destructor for make(): use make_with_destructor()

#include "redzone/arena/arena.hpp"

struct Owner {
  explicit Owner(int value) : number(new int(value)) {}
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;
  ~Owner() { delete number; }
  int* number;
};

redzone::Status use(redzone::MemoryBudget& budget) {
  redzone::Arena arena(budget);
#ifdef REDZONE_MISTAKE
  const auto owner = arena.make<Owner>(42);
#else
  const auto owner = arena.make_with_destructor<Owner>(42);
#endif
  if (!owner) return redzone::fail(owner.error());
  return {};
}
