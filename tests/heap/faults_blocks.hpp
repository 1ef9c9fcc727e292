#pragma once
// What the tests of the fault plan allocate, so that no optimiser takes it away.

#include <cstddef>
#include <cstdlib>

namespace redzone::heap {

template <class T>
T* kept(T* pointer) {
  asm volatile("" : "+r"(pointer) : : "memory");
  return pointer;
}

[[nodiscard]] inline bool malloc_succeeds(std::size_t size_bytes) {
  void* const block = kept(std::malloc(size_bytes));
  std::free(block);
  return block != nullptr;
}

}  // namespace redzone::heap
