// expect: asan use-after-poison access=read line=16
// expect: memcheck InvalidRead access=read line=16
// A block in a buffer of the program's own is read after the arena was reset.

#include "redzone/arena/fixed_arena.hpp"
#include "tests/arena/canaries/arena_block.hpp"

alignas(64) std::byte buffer[666];

int main() {
  redzone::FixedArena arena(buffer);
  char* block = canary::block_of(arena, 37);
  block[13] = 'a';
  if (!arena.reset()) return 0;

  canary::use(canary::escape(block)[13]);
  return 0;
}
