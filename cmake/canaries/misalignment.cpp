// expect: ubsan misaligned-pointer-use line=9
// An int is read from an odd address.

#include "escape.hpp"

int main() {
  alignas(8) char bytes[16] = {};
  const int* odd = reinterpret_cast<const int*>(canary::escape(bytes + 1));
  canary::use(*odd);
  return 0;
}
