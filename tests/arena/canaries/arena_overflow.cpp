// expect: asan use-after-poison size=4096 access=read line=14
// expect: memcheck InvalidRead size=40 access=read line=14
// The byte behind the end of a block is read whose size is a multiple of 8: the next block would
// begin there, if there were no red zone.

#include "tests/arena/canaries/arena_block.hpp"

int main() {
  redzone::MemoryBudget budget(canary::kLimits);
  redzone::Arena arena(budget);
  char* block = canary::block_of(arena, 40);
  canary::block_of(arena, 40)[0] = 'a';

  canary::use(canary::escape(block)[40]);
  return 0;
}
