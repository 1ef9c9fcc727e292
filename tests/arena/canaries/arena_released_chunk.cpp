// expect: asan heap-use-after-free size=4096 access=write line=14
// expect: memcheck InvalidWrite size=4096 access=write line=14
// A block is written after its arena gave the chunk back.

#include "tests/arena/canaries/arena_block.hpp"

int main() {
  redzone::MemoryBudget budget(canary::kLimits);
  redzone::Arena arena(budget);
  char* block = canary::block_of(arena, 666);
  canary::escape(block)[0] = 'a';
  if (!arena.release()) return 0;

  canary::escape(block)[13] = 'b';
  canary::escape(block);
  return 0;
}
