// expect: asan global-buffer-overflow size=666 access=read line=10
// The byte behind the end of a global array is read.

#include "escape.hpp"

char table[666];

int main() {
  char* first = canary::escape(table);
  canary::use(first[canary::hide(666)]);
  return 0;
}
