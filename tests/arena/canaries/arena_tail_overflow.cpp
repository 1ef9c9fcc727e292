// expect: asan use-after-poison size=4096 access=write line=14
// expect: memcheck InvalidWrite size=37 access=write line=14
// The byte behind the end of a block is written. The next multiple of 8 is three bytes away, so
// that it is nobody's.

#include "tests/arena/canaries/arena_block.hpp"

int main() {
  redzone::MemoryBudget budget(canary::kLimits);
  redzone::Arena arena(budget);
  char* block = canary::block_of(arena, 37);
  canary::block_of(arena, 37);

  canary::escape(block)[37] = 'a';
  canary::escape(block);
  return 0;
}
