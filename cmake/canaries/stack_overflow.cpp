// expect: asan stack-buffer-overflow size=37 access=write line=9
// The byte behind the end of a local array is written.

#include "escape.hpp"

int main() {
  char local[37];
  char* first = canary::escape(local);
  first[canary::hide(37)] = 1;
  canary::use(canary::escape(first));
  return 0;
}
