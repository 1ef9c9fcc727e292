// expect: lsan direct-leak size=1337 line=9
// expect: memcheck Leak_DefinitelyLost size=1337 line=9
// A block is lost: nothing points to it when the program ends.

#include <cstdlib>

#include "escape.hpp"

__attribute__((noinline)) void lose_a_block() { canary::escape(std::malloc(1337)); }

int main() {
  lose_a_block();
  canary::scrub_stack();
  return 0;
}
