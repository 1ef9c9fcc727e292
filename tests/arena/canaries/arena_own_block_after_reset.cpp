// expect: asan heap-use-after-free access=read line=14
// expect: memcheck InvalidRead access=read line=14
// A block that was too large for a chunk is read after its arena was reset.

#include "tests/arena/canaries/arena_block.hpp"

int main() {
  redzone::MemoryBudget budget(canary::kLimits);
  redzone::Arena arena(budget);
  char* block = canary::block_of(arena, 13370);
  canary::escape(block)[1337] = 'a';
  if (!arena.reset()) return 0;

  canary::use(canary::escape(block)[1337]);
  return 0;
}
