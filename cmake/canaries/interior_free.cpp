// expect: asan bad-free size=666 line=11
// expect: memcheck InvalidFree size=666 line=11
// The middle of a block is given to free.

#include <cstdlib>

#include "escape.hpp"

int main() {
  char* block = canary::escape(static_cast<char*>(std::malloc(666)));
  std::free(canary::escape(block + 37));
  std::free(canary::escape(block));
  return 0;
}
