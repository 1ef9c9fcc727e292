// expect: asan use-after-poison size=666 access=write line=13
// expect: memcheck InvalidWrite access=write line=13
// The byte behind the end of the last block in an array on the stack is written.

#include "redzone/arena/fixed_arena.hpp"
#include "tests/arena/canaries/arena_block.hpp"

int main() {
  alignas(64) std::byte buffer[666];
  redzone::FixedArena arena(buffer);
  char* block = canary::block_of(arena, 37);

  canary::escape(block)[37] = 'a';
  canary::escape(block);
  return 0;
}
