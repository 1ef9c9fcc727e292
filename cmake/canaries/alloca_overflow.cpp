// expect: asan dynamic-stack-buffer-overflow access=write line=9
// The byte behind the end of a local array of variable length is written.

#include "escape.hpp"

int main() {
  char local[canary::hide(37)];
  char* first = canary::escape(local);
  first[canary::hide(37)] = 1;
  canary::use(canary::escape(first));
  return 0;
}
