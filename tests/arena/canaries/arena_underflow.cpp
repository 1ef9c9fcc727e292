// expect: asan use-after-poison size=4096 access=write line=13
// expect: memcheck InvalidWrite size=37 access=write line=13
// The byte in front of a block is written.

#include "tests/arena/canaries/arena_block.hpp"

int main() {
  redzone::MemoryBudget budget(canary::kLimits);
  redzone::Arena arena(budget);
  canary::block_of(arena, 666);
  char* block = canary::block_of(arena, 37);

  canary::escape(block)[-1] = 'a';
  canary::escape(block);
  return 0;
}
