// A container has to be told its arena: there is none that it could take instead.
// expect: ArenaAllocator

#include <vector>

#include "redzone/arena/allocator.hpp"
#include "redzone/arena/arena.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  redzone::Arena arena(budget);
#ifdef REDZONE_MISTAKE
  std::vector<int, redzone::ArenaAllocator<int>> numbers;
#else
  std::vector<int, redzone::ArenaAllocator<int>> numbers{redzone::ArenaAllocator<int>(arena)};
#endif
  numbers.clear();
  return {};
}
