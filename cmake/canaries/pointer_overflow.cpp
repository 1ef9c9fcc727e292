// expect: ubsan pointer-overflow line=11
// An index is added to a pointer, and the sum is beyond the end of all memory.

#include <cstdint>

#include "escape.hpp"

int main() {
  char local[37] = {};
  char* beyond = canary::escape(local) + canary::hide(PTRDIFF_MAX);
  beyond = canary::escape(beyond) + canary::hide(PTRDIFF_MAX);
  canary::use(beyond);
  return 0;
}
