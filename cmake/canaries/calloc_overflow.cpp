// expect: asan calloc-overflow line=11
// missed: memcheck it looks for arguments below zero, and calloc returns a null pointer
// An array is asked for whose size in bytes does not fit into a size.

#include <cstdint>
#include <cstdlib>

#include "escape.hpp"

int main() {
  void* block = std::calloc(canary::hide(SIZE_MAX / 2), canary::hide(std::size_t{37}));
  std::free(canary::escape(block));
  return 0;
}
