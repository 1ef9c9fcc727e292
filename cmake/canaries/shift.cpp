// expect: ubsan invalid-shift-exponent line=7
// An int is shifted by more bits than it has.

#include "escape.hpp"

int main() {
  canary::use(canary::hide(1) << canary::hide(37));
  return 0;
}
