// expect: memcheck UninitCondition line=12
// expect: msan use-of-uninitialized-value line=12
// A branch depends on a byte that nobody wrote.

#include <cstdlib>

#include "escape.hpp"

int main() {
  char* block = canary::escape(static_cast<char*>(std::malloc(37)));
  // A call in the branch keeps the compiler from turning it into arithmetic.
  if (block[5] > 3) canary::use(block);
  std::free(canary::escape(block));
  return 0;
}
