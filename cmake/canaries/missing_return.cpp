// expect: ubsan missing-return line=6
// A function that has to return a value comes to its end without one.

#include "escape.hpp"

__attribute__((noinline)) int number(int digit) {
  if (digit == 1) return 37;
}

int main() {
  canary::use(number(canary::hide(2)));
  return 0;
}
