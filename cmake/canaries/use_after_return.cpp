// expect: asan stack-use-after-return size=37 access=read line=14
// A local array is read after its function returned.

#include "escape.hpp"

__attribute__((noinline)) char* address_of_local() {
  char local[37];
  char* first = canary::escape(local);
  first[5] = 1;
  return canary::escape(first);
}

int main() {
  canary::use(address_of_local()[5]);
  return 0;
}
