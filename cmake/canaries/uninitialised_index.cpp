// expect: memcheck UninitValue line=12
// An element is read whose index nobody wrote.

#include <cstdlib>

#include "escape.hpp"

int main() {
  static char table[256];
  unsigned char* block = canary::escape(static_cast<unsigned char*>(std::malloc(37)));
  char* first = canary::escape(table);
  canary::use(first[block[5]]);
  std::free(canary::escape(block));
  return 0;
}
