// expect: asan negative-size-param size=666 line=12
// memset is asked to write a number of bytes that was computed below zero.

#include <cstdlib>
#include <cstring>

#include "escape.hpp"

int main() {
  char* block = canary::escape(static_cast<char*>(std::malloc(666)));
  char* first = canary::escape(block);
  std::memset(first, 1, canary::hide(static_cast<std::size_t>(-37)));
  std::free(canary::escape(block));
  return 0;
}
