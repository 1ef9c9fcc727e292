// expect: asan use-after-poison size=4096 access=write line=15
// expect: memcheck InvalidWrite size=40 access=write line=15
// A loop runs over the end of a block into the next.

#include "tests/arena/canaries/arena_block.hpp"

int main() {
  redzone::MemoryBudget budget(canary::kLimits);
  redzone::Arena arena(budget);
  char* block = canary::block_of(arena, 40);
  char* next = canary::block_of(arena, 666);
  char* end = canary::escape(next + 13);

  for (char* byte = canary::escape(block); byte < end; ++byte) {
    *canary::escape(byte) = 'a';
  }
  canary::escape(block);
  return 0;
}
