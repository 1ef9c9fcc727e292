// expect: lsan direct-leak size=1337 line=12
// expect: memcheck Leak_DefinitelyLost size=1337 line=12
// Stands for a library that is not ours and loses a block.

#include <cstdlib>

#include "escape.hpp"

extern "C" {

__attribute__((noinline)) void thirdparty_cache_open() {
  char* block = canary::escape(static_cast<char*>(std::malloc(1337)));
  block[0] = 1;  // after the allocation: a tail call would leave no frame to name
}

void thirdparty_work() {
  thirdparty_cache_open();
  canary::scrub_stack();
}

}  // extern "C"
