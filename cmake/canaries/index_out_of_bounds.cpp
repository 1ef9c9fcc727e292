// expect: ubsan out-of-bounds-index line=9
// An array of 37 elements is asked for the element 37.

#include "escape.hpp"

int main() {
  int table[37] = {};
  canary::escape(table);
  canary::use(table[canary::hide(37)]);
  return 0;
}
