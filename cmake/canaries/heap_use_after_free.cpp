// expect: asan heap-use-after-free size=37 access=read line=14
// expect: memcheck InvalidRead size=37 access=read line=14
// expect: tsan heap-use-after-free size=1 access=read line=14
// A block is read after it was freed. ThreadSanitizer names no block: its size is the access.

#include <cstdlib>

#include "escape.hpp"

int main() {
  char* block = canary::escape(static_cast<char*>(std::malloc(37)));
  block[5] = 1;
  std::free(canary::escape(block));
  canary::use(canary::escape(block)[5]);
  return 0;
}
