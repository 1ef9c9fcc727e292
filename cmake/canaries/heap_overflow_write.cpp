// expect: asan heap-buffer-overflow size=666 access=write line=11
// expect: memcheck InvalidWrite size=666 access=write line=11
// The byte behind the end of a block is written.

#include <cstdlib>

#include "escape.hpp"

int main() {
  char* block = canary::escape(static_cast<char*>(std::malloc(666)));
  block[canary::hide(666)] = 1;
  std::free(canary::escape(block));
  return 0;
}
