// expect: asan use-after-poison size=4096 access=read line=15
// expect: memcheck InvalidRead size=37 access=read line=15
// A block is read after its arena was reset.

#include "tests/arena/canaries/arena_block.hpp"

int main() {
  redzone::MemoryBudget budget(canary::kLimits);
  redzone::Arena arena(budget);
  char* block = canary::block_of(arena, 37);
  block[13] = 'a';
  canary::escape(block);
  if (!arena.reset()) return 0;

  canary::use(canary::escape(block)[13]);
  return 0;
}
