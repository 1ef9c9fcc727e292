// expect: ubsan null-pointer-use line=10
// expect: memcheck InvalidRead access=read line=10
// expect: memcheck fatal_signal line=10
// A null pointer is read through.

#include "escape.hpp"

int main() {
  const int* nowhere = canary::escape(static_cast<const int*>(nullptr));
  canary::use(*nowhere);
  return 0;
}
