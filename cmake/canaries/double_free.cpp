// expect: asan double-free size=37 line=12
// expect: memcheck InvalidFree size=37 line=12
// A block is freed twice.

#include <cstdlib>

#include "escape.hpp"

int main() {
  char* block = canary::escape(static_cast<char*>(std::malloc(37)));
  std::free(canary::escape(block));
  std::free(canary::escape(block));
  return 0;
}
