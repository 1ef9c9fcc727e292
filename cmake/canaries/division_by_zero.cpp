// expect: ubsan integer-divide-by-zero line=7
// An int is divided by zero.

#include "escape.hpp"

int main() {
  canary::use(canary::hide(37) / canary::hide(0));
  return 0;
}
