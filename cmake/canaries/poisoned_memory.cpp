// expect: asan use-after-poison size=666 access=read line=14
// A byte is read that its owner, an allocator of the program's own, has poisoned.

#include <sanitizer/asan_interface.h>

#include <cstdlib>

#include "escape.hpp"

int main() {
  char* block = canary::escape(static_cast<char*>(std::malloc(666)));
  // A macro that is empty in a build without AddressSanitizer, so that such a build still links.
  ASAN_POISON_MEMORY_REGION(block, 666);
  canary::use(canary::escape(block)[37]);
  ASAN_UNPOISON_MEMORY_REGION(block, 666);
  std::free(canary::escape(block));
  return 0;
}
