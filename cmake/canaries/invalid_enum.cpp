// expect: ubsan invalid-enum-load line=11
// An enumeration is read from an int that is none of its values.

#include "escape.hpp"

enum Colour { red, green, blue };

int main() {
  int number = 37;
  const Colour* colour = reinterpret_cast<const Colour*>(canary::escape(&number));
  canary::use(*colour);
  return 0;
}
