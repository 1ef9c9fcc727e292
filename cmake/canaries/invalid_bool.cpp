// expect: ubsan invalid-bool-load line=9
// A bool is read from a byte that is neither 0 nor 1.

#include "escape.hpp"

int main() {
  unsigned char byte = 37;
  const bool* flag = reinterpret_cast<const bool*>(canary::escape(&byte));
  canary::use(*flag);
  return 0;
}
