// Compiled into each program that links redzone::heap_faults, with the program's own options: only
// these tell whether it runs under AddressSanitizer. It takes the wrappers into the program, also
// where nothing allocates, so that fault_coverage() can tell.
//
// Under ASan it defines all forms of operator new and delete, so that the allocations of shared
// libraries are reached: all of them, because ASan reports a block that one family has given and
// another one frees. A program that runs under ASan and has an operator new of its own defines
// REDZONE_HEAP_KEEP_OPERATORS; else the linker finds two.

extern "C" {
void redzone_heap_take_wrappers_of_c_functions();
void redzone_heap_take_wrappers_of_operators();
}

namespace {

[[gnu::used]] void (*const kTakenIntoTheProgram[])() = {
    &redzone_heap_take_wrappers_of_c_functions,
    &redzone_heap_take_wrappers_of_operators,
};

}  // namespace

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define REDZONE_HEAP_HAS_ASAN
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define REDZONE_HEAP_HAS_ASAN
#endif

#if defined(REDZONE_HEAP_HAS_ASAN) && !defined(REDZONE_HEAP_KEEP_OPERATORS)

#include <cstddef>
#include <cstdlib>
#include <new>

extern "C" {
void* redzone_heap_new(std::size_t size_bytes);
void* redzone_heap_new_nothrow(std::size_t size_bytes) noexcept;
void* redzone_heap_new_aligned(std::size_t size_bytes, std::align_val_t alignment);
void* redzone_heap_new_aligned_nothrow(std::size_t size_bytes, std::align_val_t alignment) noexcept;
}

// The section tells redzone's stacks to begin above it; the frame pointer lets those of ASan and
// LSan pass, whatever the program is compiled with.
#define REDZONE_HEAP_ENTRY __attribute__((section("redzone_heap_text"), noinline))
#define REDZONE_HEAP_KEEP_FRAME __asm__ volatile("" : : "r"(__builtin_frame_address(0)))

REDZONE_HEAP_ENTRY void* operator new(std::size_t size) {
  REDZONE_HEAP_KEEP_FRAME;
  return redzone_heap_new(size);
}
REDZONE_HEAP_ENTRY void* operator new[](std::size_t size) {
  REDZONE_HEAP_KEEP_FRAME;
  return redzone_heap_new(size);
}
REDZONE_HEAP_ENTRY void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  REDZONE_HEAP_KEEP_FRAME;
  return redzone_heap_new_nothrow(size);
}
REDZONE_HEAP_ENTRY void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
  REDZONE_HEAP_KEEP_FRAME;
  return redzone_heap_new_nothrow(size);
}
REDZONE_HEAP_ENTRY void* operator new(std::size_t size, std::align_val_t alignment) {
  REDZONE_HEAP_KEEP_FRAME;
  return redzone_heap_new_aligned(size, alignment);
}
REDZONE_HEAP_ENTRY void* operator new[](std::size_t size, std::align_val_t alignment) {
  REDZONE_HEAP_KEEP_FRAME;
  return redzone_heap_new_aligned(size, alignment);
}
REDZONE_HEAP_ENTRY void* operator new(std::size_t size, std::align_val_t alignment,
                                      const std::nothrow_t&) noexcept {
  REDZONE_HEAP_KEEP_FRAME;
  return redzone_heap_new_aligned_nothrow(size, alignment);
}
REDZONE_HEAP_ENTRY void* operator new[](std::size_t size, std::align_val_t alignment,
                                        const std::nothrow_t&) noexcept {
  REDZONE_HEAP_KEEP_FRAME;
  return redzone_heap_new_aligned_nothrow(size, alignment);
}

void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t) noexcept { std::free(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept { std::free(block); }
void operator delete[](void* block, const std::nothrow_t&) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete[](void* block, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t, std::align_val_t) noexcept { std::free(block); }
void operator delete(void* block, std::align_val_t, const std::nothrow_t&) noexcept {
  std::free(block);
}
void operator delete[](void* block, std::align_val_t, const std::nothrow_t&) noexcept {
  std::free(block);
}

#endif
