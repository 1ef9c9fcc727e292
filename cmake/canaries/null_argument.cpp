// expect: ubsan invalid-null-argument line=9
// A null pointer is given to a function that declares that it takes none.

#include "escape.hpp"

__attribute__((noinline, nonnull(1))) void take(char* pointer) { canary::use(pointer); }

int main() {
  take(canary::escape(static_cast<char*>(nullptr)));
  return 0;
}
