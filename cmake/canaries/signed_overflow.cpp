// expect: ubsan signed-integer-overflow line=9
// A sum of int does not fit into int.

#include <climits>

#include "escape.hpp"

int main() {
  canary::use(canary::hide(INT_MAX) + canary::hide(37));
  return 0;
}
