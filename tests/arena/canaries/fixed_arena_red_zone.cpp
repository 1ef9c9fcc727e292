// expect: asan use-after-poison size=666 access=write line=14
// expect: memcheck InvalidWrite access=write line=14
// The byte behind a block of a multiple of 8 is written, in a buffer whose arena has red zones.

#include "redzone/arena/fixed_arena.hpp"
#include "tests/arena/canaries/arena_block.hpp"

int main() {
  alignas(64) std::byte buffer[666];
  redzone::FixedArena arena(buffer, {.red_zone_bytes = 16});
  char* block = canary::block_of(arena, 40);
  canary::block_of(arena, 40);

  canary::escape(block)[40] = 'a';
  canary::escape(block);
  return 0;
}
