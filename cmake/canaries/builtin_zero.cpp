// expect: ubsan invalid-builtin-use line=7
// The trailing zeros of a zero are counted.

#include "escape.hpp"

int main() {
  canary::use(__builtin_ctz(canary::hide(0U)));
  return 0;
}
