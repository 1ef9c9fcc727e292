// expect: asan memcpy-param-overlap size=666 line=12
// missed: memcheck Valgrind 3.19 takes glibc's memcpy for memmove, which may overlap
// Bytes are copied by memcpy onto themselves, moved by less than their number.

#include <cstring>

#include "escape.hpp"

int main() {
  char local[666] = {};
  char* first = canary::escape(local);
  std::memcpy(first + canary::hide(1), first, canary::hide(std::size_t{37}));
  canary::escape(first);
  return 0;
}
