// What operator new does in a program under AddressSanitizer: see program_part.cpp.

#include <cstddef>
#include <new>

#include "heap/faults/blocks.hpp"
#include "heap/faults/new_rules.hpp"
#include "heap/stack_capture.hpp"

namespace redzone::heap {

extern "C" {

REDZONE_HEAP_ENTRY void* redzone_heap_new(std::size_t size_bytes) {
  return new_or_throw(size_bytes, [=] { return take_block(size_bytes); });
}

REDZONE_HEAP_ENTRY void* redzone_heap_new_nothrow(std::size_t size_bytes) noexcept {
  return new_or_null(size_bytes, [=] { return take_block(size_bytes); });
}

REDZONE_HEAP_ENTRY void* redzone_heap_new_aligned(std::size_t size_bytes,
                                                  std::align_val_t alignment) {
  return new_or_throw(size_bytes, [=] { return take_aligned_block(size_bytes, alignment); });
}

REDZONE_HEAP_ENTRY void* redzone_heap_new_aligned_nothrow(std::size_t size_bytes,
                                                          std::align_val_t alignment) noexcept {
  return new_or_null(size_bytes, [=] { return take_aligned_block(size_bytes, alignment); });
}

}  // extern "C"

}  // namespace redzone::heap
