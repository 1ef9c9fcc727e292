#pragma once
// Where our operator new takes its blocks. They have the sizes that were asked for, so that their
// figures are those of the program; any of them may be given to free().

#include <algorithm>
#include <cstddef>
#include <new>

#include "heap/faults/real_functions.hpp"

namespace redzone::heap {

inline void* take_block(std::size_t size_bytes) {
  return real_malloc(size_bytes == 0 ? 1 : size_bytes);  // malloc(0) may be null
}

inline void* take_aligned_block(std::size_t size_bytes, std::align_val_t alignment) {
  // aligned_alloc wants sizes that are multiples of the alignment, and ASan insists on it.
  const std::size_t align_bytes = std::max(static_cast<std::size_t>(alignment), sizeof(void*));
  void* block = nullptr;
  const int error = real_posix_memalign(&block, align_bytes, size_bytes == 0 ? 1 : size_bytes);
  return error == 0 ? block : nullptr;
}

}  // namespace redzone::heap
