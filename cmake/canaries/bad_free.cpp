// expect: asan bad-free size=666 line=11
// expect: memcheck InvalidFree line=11
// A global array is given to free.

#include <cstdlib>

#include "escape.hpp"

char table[666];
int main() {
  std::free(canary::escape(table));
  return 0;
}
