// expect: asan use-after-poison size=4096 access=write line=15
// expect: memcheck InvalidWrite size=666 access=write line=15
// A block is written after its arena was rewound to a mark before it.

#include "tests/arena/canaries/arena_block.hpp"

int main() {
  redzone::MemoryBudget budget(canary::kLimits);
  redzone::Arena arena(budget);
  canary::block_of(arena, 37);
  const redzone::ArenaMark mark = arena.mark();
  char* block = canary::block_of(arena, 666);
  if (!arena.rewind(mark)) return 0;

  canary::escape(block)[13] = 'a';
  canary::escape(block);
  return 0;
}
