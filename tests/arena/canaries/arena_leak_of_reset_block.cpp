// expect: lsan direct-leak size=1337 line=16
// expect: memcheck Leak_DefinitelyLost size=1337 line=16
// A block of malloc is lost with the only pointer to it, in a block of an arena that is reset and
// lives on. The arena does not zero: the pointer is still there, where nobody may look.

#include <cstdlib>

#include "tests/arena/canaries/arena_block.hpp"

redzone::MemoryBudget* budget = nullptr;
redzone::Arena* arena = nullptr;

__attribute__((noinline)) void lose() {
  auto** holder = reinterpret_cast<void**>(canary::block_of(*arena, 37));
  holder[0] = nullptr;
  holder[1] = canary::escape(std::malloc(1337));
  canary::escape(holder);
}

int main() {
  budget = new redzone::MemoryBudget(canary::kLimits);
  arena = new redzone::Arena(*budget, {.zero = redzone::ArenaZero::never});
  lose();
  if (!arena->reset()) return 0;
  canary::scrub_stack();
  return 0;
}
