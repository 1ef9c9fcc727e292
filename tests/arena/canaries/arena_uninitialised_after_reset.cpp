// expect: msan use-of-uninitialized-value line=17
// expect: memcheck UninitCondition line=17
// A branch depends on a byte of a block that nobody wrote since the arena was reset. The arena has
// zeroed it, which hides the bug from everybody but a detector.

#include "tests/arena/canaries/arena_block.hpp"

int main() {
  redzone::MemoryBudget budget(canary::kLimits);
  redzone::Arena arena(budget);
  char* earlier = canary::block_of(arena, 37);
  for (int index = 0; index < 37; ++index) earlier[index] = 'a';
  canary::escape(earlier);
  if (!arena.reset()) return 0;
  char* block = canary::block_of(arena, 37);

  if (canary::escape(block)[13] != 0) canary::use(1);
  return 0;
}
