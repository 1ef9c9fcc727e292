// The elements of an array that own something would leak it.
// expect: the arena runs no destructor for arrays

#include <string>
#include <string_view>

#include "redzone/arena/arena.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  redzone::Arena arena(budget);
#ifdef REDZONE_MISTAKE
  const auto names = arena.make_array<std::string>(10);
#else
  const auto names = arena.make_array<std::string_view>(10);
#endif
  if (!names) return redzone::fail(names.error());
  return {};
}
