// expect: asan stack-use-after-scope size=37 access=read line=13
// A local array is read after the block that it was declared in.

#include "escape.hpp"

int main() {
  char* stale = nullptr;
  {
    char scoped[37];
    stale = canary::escape(scoped);
    stale[5] = 1;
  }
  canary::use(canary::escape(stale)[5]);
  return 0;
}
