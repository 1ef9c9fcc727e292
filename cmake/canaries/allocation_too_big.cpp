// expect: asan allocation-size-too-big line=10
// expect: memcheck FishyValue line=10
// A block is asked for whose size was computed below zero.

#include <cstdlib>

#include "escape.hpp"

int main() {
  void* block = std::malloc(canary::hide(static_cast<std::size_t>(-37)));
  std::free(canary::escape(block));
  return 0;
}
