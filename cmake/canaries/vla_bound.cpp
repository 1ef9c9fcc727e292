// expect: ubsan non-positive-vla-index line=7
// An array of variable length is asked for less than one element.

#include "escape.hpp"

int main() {
  char local[canary::hide(-37)];
  canary::use(canary::escape(local));
  return 0;
}
