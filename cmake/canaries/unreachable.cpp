// expect: ubsan unreachable-call line=7
// A place is reached that the program says is never reached.

#include "escape.hpp"

int main() {
  if (canary::hide(37) == 37) __builtin_unreachable();
  canary::use(1);
  return 0;
}
