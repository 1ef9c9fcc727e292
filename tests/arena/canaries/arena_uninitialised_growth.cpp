// expect: msan use-of-uninitialized-value line=14
// expect: memcheck UninitCondition line=14
// A branch depends on a byte that a block of zeros has since it was grown.

#include "tests/arena/canaries/arena_block.hpp"

int main() {
  redzone::MemoryBudget budget(canary::kLimits);
  redzone::Arena arena(budget);
  const redzone::Result<void*> zeros = arena.allocate_zeroed(37, 8);
  if (!zeros || !arena.grow_last(*zeros, 37, 666)) return 0;
  char* block = static_cast<char*>(*zeros);

  if (canary::escape(block)[13] != 0 || canary::escape(block)[37] != 0) canary::use(1);
  return 0;
}
