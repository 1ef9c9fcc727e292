// expect: asan use-after-poison size=4096 access=read line=19
// expect: memcheck InvalidRead size=37 access=read line=19
// A block of an inner scope is read in the outer one.

#include "redzone/arena/scope.hpp"
#include "tests/arena/canaries/arena_block.hpp"

int main() {
  redzone::MemoryBudget budget(canary::kLimits);
  redzone::Arena arena(budget);
  redzone::ArenaScope outer(arena);
  char* block = nullptr;
  {
    redzone::ArenaScope inner(arena);
    block = canary::block_of(arena, 37);
    block[36] = 'a';
  }

  canary::use(canary::escape(block)[36]);
  return 0;
}
