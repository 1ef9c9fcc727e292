// expect: ubsan float-cast-overflow line=9
// missed: ubsan compiler=g++ -fsanitize=undefined of gcc does not contain float-cast-overflow
// A double is converted to an int that cannot hold it.

#include "escape.hpp"

int main() {
  canary::use(canary::hide(36) + canary::hide(1));  // checked everywhere: the detector is there
  canary::use(static_cast<int>(canary::hide(1e37)));
  return 0;
}
