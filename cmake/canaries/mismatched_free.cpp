// expect: asan alloc-dealloc-mismatch size=666 line=11
// expect: memcheck MismatchedFree size=666 line=11
// A block of operator new[] is given to free.

#include <cstdlib>

#include "escape.hpp"

int main() {
  char* block = canary::escape(new char[666]);
  std::free(canary::escape(block));
  return 0;
}
