// expect: msan use-of-uninitialized-value line=12
// expect: memcheck UninitCondition line=12
// A branch depends on a byte of a block that nobody wrote.

#include "tests/arena/canaries/arena_block.hpp"

int main() {
  redzone::MemoryBudget budget(canary::kLimits);
  redzone::Arena arena(budget);
  char* block = canary::block_of(arena, 37);

  if (canary::escape(block)[13] != 0) canary::use(1);
  return 0;
}
