// As operator_new.cpp, for types that are aligned to more than malloc promises.

#include <cstddef>
#include <new>

#include "heap/faults/blocks.hpp"
#include "heap/faults/new_rules.hpp"
#include "heap/stack_capture.hpp"

REDZONE_HEAP_ENTRY void* operator new(std::size_t size_bytes, std::align_val_t alignment) {
  return redzone::heap::new_or_throw(
      size_bytes, [=] { return redzone::heap::take_aligned_block(size_bytes, alignment); });
}
