// expect: asan heap-buffer-overflow size=37 access=read line=11
// expect: memcheck InvalidRead size=37 access=read line=11
// The byte behind the end of a block is read.

#include <cstdlib>

#include "escape.hpp"

int main() {
  char* block = canary::escape(static_cast<char*>(std::malloc(37)));
  canary::use(block[canary::hide(37)]);
  std::free(canary::escape(block));
  return 0;
}
