// expect: asan use-after-poison size=4096 access=write line=13
// expect: memcheck InvalidWrite size=37 access=write line=13
// A byte is written that a block had before it was shrunk.

#include "tests/arena/canaries/arena_block.hpp"

int main() {
  redzone::MemoryBudget budget(canary::kLimits);
  redzone::Arena arena(budget);
  char* block = canary::block_of(arena, 666);
  if (!arena.shrink_last(block, 666, 37)) return 0;

  canary::escape(block)[40] = 'a';
  canary::escape(block);
  return 0;
}
