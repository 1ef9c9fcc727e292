// expect: asan strcpy-param-overlap size=666 line=12
// expect: memcheck Overlap line=12
// A string is copied by strcpy onto its own beginning.

#include <cstring>

#include "escape.hpp"

int main() {
  char local[666] = "thirty-seven";
  char* first = canary::escape(local);
  std::strcpy(first, first + canary::hide(5));
  canary::escape(first);
  return 0;
}
