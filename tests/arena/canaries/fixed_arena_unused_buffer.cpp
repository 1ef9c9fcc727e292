// expect: asan use-after-poison size=666 access=write line=12
// expect: memcheck InvalidWrite access=write line=12
// A buffer is written, behind the blocks that its arena has handed out.

#include "redzone/arena/fixed_arena.hpp"
#include "tests/arena/canaries/arena_block.hpp"

int main() {
  alignas(64) std::byte buffer[666];
  redzone::FixedArena arena(buffer);
  canary::block_of(arena, 37);
  reinterpret_cast<char*>(canary::escape(buffer))[512] = 'a';
  canary::escape(buffer);
  return 0;
}
