// All forms of operator new and delete, for programs under AddressSanitizer: its run-time defines
// all of them, and reports a block of one family that is freed by another, so they are replaced
// together. Taken in by program_part.cpp, before the run-time's weak ones count.

#include <cstddef>
#include <cstdlib>
#include <new>

#include "heap/faults/blocks.hpp"
#include "heap/faults/new_rules.hpp"
#include "heap/stack_capture.hpp"

using redzone::heap::new_or_null;
using redzone::heap::new_or_throw;
using redzone::heap::take_aligned_block;
using redzone::heap::take_block;

extern "C" REDZONE_HEAP_ENTRY void* redzone_heap_operator_new(std::size_t size) {
  return new_or_throw(size, [=] { return take_block(size); });
}
REDZONE_HEAP_ENTRY void* operator new[](std::size_t size) {
  return new_or_throw(size, [=] { return take_block(size); });
}
REDZONE_HEAP_ENTRY void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return new_or_null(size, [=] { return take_block(size); });
}
REDZONE_HEAP_ENTRY void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return new_or_null(size, [=] { return take_block(size); });
}
extern "C" REDZONE_HEAP_ENTRY void* redzone_heap_operator_new_aligned(std::size_t size,
                                                                      std::align_val_t alignment) {
  return new_or_throw(size, [=] { return take_aligned_block(size, alignment); });
}
REDZONE_HEAP_ENTRY void* operator new[](std::size_t size, std::align_val_t alignment) {
  return new_or_throw(size, [=] { return take_aligned_block(size, alignment); });
}
REDZONE_HEAP_ENTRY void* operator new(std::size_t size, std::align_val_t alignment,
                                      const std::nothrow_t& /*tag*/) noexcept {
  return new_or_null(size, [=] { return take_aligned_block(size, alignment); });
}
REDZONE_HEAP_ENTRY void* operator new[](std::size_t size, std::align_val_t alignment,
                                        const std::nothrow_t& /*tag*/) noexcept {
  return new_or_null(size, [=] { return take_aligned_block(size, alignment); });
}

[[gnu::alias("redzone_heap_operator_new")]] void* operator new(std::size_t size);
[[gnu::alias("redzone_heap_operator_new_aligned")]] void* operator new(std::size_t size,
                                                                       std::align_val_t alignment);

void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t /*size*/) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t /*size*/) noexcept { std::free(block); }
void operator delete(void* block, const std::nothrow_t& /*tag*/) noexcept { std::free(block); }
void operator delete[](void* block, const std::nothrow_t& /*tag*/) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t /*alignment*/) noexcept { std::free(block); }
void operator delete[](void* block, std::align_val_t /*alignment*/) noexcept { std::free(block); }
void operator delete(void* block, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  std::free(block);
}
void operator delete[](void* block, std::size_t /*size*/, std::align_val_t /*alignment*/) noexcept {
  std::free(block);
}
void operator delete(void* block, std::align_val_t /*alignment*/,
                     const std::nothrow_t& /*tag*/) noexcept {
  std::free(block);
}
void operator delete[](void* block, std::align_val_t /*alignment*/,
                       const std::nothrow_t& /*tag*/) noexcept {
  std::free(block);
}

extern "C" void redzone_heap_take_operators_for_asan() {}
