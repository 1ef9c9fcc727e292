// expect: asan use-after-poison size=666 access=read line=37
// expect: memcheck InvalidRead size=666 access=read line=37
// A byte is read that its owner, an allocator of the program's own, has poisoned.

#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include "escape.hpp"

#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif

// Defined by AddressSanitizer's runtime, null in a build without it.
extern "C" {
__attribute__((weak)) void __asan_poison_memory_region(const volatile void* first, size_t bytes);
__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void* first, size_t bytes);
}

void poison(char* first, std::size_t bytes) {
  if (__asan_poison_memory_region) return __asan_poison_memory_region(first, bytes);
#ifdef VALGRIND_MAKE_MEM_NOACCESS
  VALGRIND_MAKE_MEM_NOACCESS(first, bytes);  // does nothing outside Valgrind
#else
  std::puts("nothing is poisoned: built without AddressSanitizer and valgrind/memcheck.h");
#endif
}

void unpoison(char* first, std::size_t bytes) {
  if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(first, bytes);
}

int main() {
  char* block = canary::escape(static_cast<char*>(std::malloc(666)));
  poison(block, 666);
  canary::use(canary::escape(block)[37]);
  unpoison(block, 666);
  std::free(canary::escape(block));
  return 0;
}
