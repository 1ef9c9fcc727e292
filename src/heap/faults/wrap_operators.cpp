// The eight forms of operator new, as the linker option --wrap calls them from the program's own
// objects. What is behind them may be the C++ library's, a detector's, the program's own, or ours
// of operator_new.cpp: it is left to take the block, and is not asked about again.

#include <dlfcn.h>

#include <cstddef>
#include <new>

#include "heap/faults/decision.hpp"
#include "heap/faults/new_rules.hpp"
#include "heap/faults/probes.hpp"
#include "heap/faults/real_functions.hpp"
#include "heap/stack_capture.hpp"

#define REDZONE_WRAP(name) __asm__("__wrap_" #name)

namespace redzone::heap {

extern "C" {
void* wrap_new(std::size_t size_bytes) REDZONE_WRAP(_Znwm);
void* wrap_new_array(std::size_t size_bytes) REDZONE_WRAP(_Znam);
void* wrap_new_nothrow(std::size_t size_bytes, const std::nothrow_t& tag) noexcept
    REDZONE_WRAP(_ZnwmRKSt9nothrow_t);
void* wrap_new_array_nothrow(std::size_t size_bytes, const std::nothrow_t& tag) noexcept
    REDZONE_WRAP(_ZnamRKSt9nothrow_t);
void* wrap_new_aligned(std::size_t size_bytes, std::align_val_t alignment)
    REDZONE_WRAP(_ZnwmSt11align_val_t);
void* wrap_new_array_aligned(std::size_t size_bytes, std::align_val_t alignment)
    REDZONE_WRAP(_ZnamSt11align_val_t);
void* wrap_new_aligned_nothrow(std::size_t size_bytes, std::align_val_t alignment,
                               const std::nothrow_t& tag) noexcept
    REDZONE_WRAP(_ZnwmSt11align_val_tRKSt9nothrow_t);
void* wrap_new_array_aligned_nothrow(std::size_t size_bytes, std::align_val_t alignment,
                                     const std::nothrow_t& tag) noexcept
    REDZONE_WRAP(_ZnamSt11align_val_tRKSt9nothrow_t);
}

namespace {

// Returns when the allocation may go on; throws when it is to fail.
void pass_or_throw(std::size_t size_bytes) {
  while (plan_fails(size_bytes)) find_memory_or_throw();
}

[[nodiscard]] bool passes(std::size_t size_bytes) noexcept {
  while (plan_fails(size_bytes)) {
    if (!finds_memory()) return false;
  }
  return true;
}

}  // namespace

REDZONE_HEAP_ENTRY void* wrap_new(std::size_t size_bytes) {
  if (nobody_asks()) return real_new(size_bytes);
  pass_or_throw(size_bytes);
  const Decided decided;
  return real_new(size_bytes);
}

REDZONE_HEAP_ENTRY void* wrap_new_array(std::size_t size_bytes) {
  if (nobody_asks()) return real_new_array(size_bytes);
  pass_or_throw(size_bytes);
  const Decided decided;
  return real_new_array(size_bytes);
}

REDZONE_HEAP_ENTRY void* wrap_new_nothrow(std::size_t size_bytes,
                                          const std::nothrow_t& tag) noexcept {
  if (nobody_asks()) return real_new_nothrow(size_bytes, tag);
  if (!passes(size_bytes)) return nullptr;
  const Decided decided;
  return real_new_nothrow(size_bytes, tag);
}

REDZONE_HEAP_ENTRY void* wrap_new_array_nothrow(std::size_t size_bytes,
                                                const std::nothrow_t& tag) noexcept {
  if (nobody_asks()) return real_new_array_nothrow(size_bytes, tag);
  if (!passes(size_bytes)) return nullptr;
  const Decided decided;
  return real_new_array_nothrow(size_bytes, tag);
}

REDZONE_HEAP_ENTRY void* wrap_new_aligned(std::size_t size_bytes, std::align_val_t alignment) {
  if (nobody_asks()) return real_new_aligned(size_bytes, alignment);
  pass_or_throw(size_bytes);
  const Decided decided;
  return real_new_aligned(size_bytes, alignment);
}

REDZONE_HEAP_ENTRY void* wrap_new_array_aligned(std::size_t size_bytes,
                                                std::align_val_t alignment) {
  if (nobody_asks()) return real_new_array_aligned(size_bytes, alignment);
  pass_or_throw(size_bytes);
  const Decided decided;
  return real_new_array_aligned(size_bytes, alignment);
}

REDZONE_HEAP_ENTRY void* wrap_new_aligned_nothrow(std::size_t size_bytes,
                                                  std::align_val_t alignment,
                                                  const std::nothrow_t& tag) noexcept {
  if (nobody_asks()) return real_new_aligned_nothrow(size_bytes, alignment, tag);
  if (!passes(size_bytes)) return nullptr;
  const Decided decided;
  return real_new_aligned_nothrow(size_bytes, alignment, tag);
}

REDZONE_HEAP_ENTRY void* wrap_new_array_aligned_nothrow(std::size_t size_bytes,
                                                        std::align_val_t alignment,
                                                        const std::nothrow_t& tag) noexcept {
  if (nobody_asks()) return real_new_array_aligned_nothrow(size_bytes, alignment, tag);
  if (!passes(size_bytes)) return nullptr;
  const Decided decided;
  return real_new_array_aligned_nothrow(size_bytes, alignment, tag);
}

// An object of the program calls as this one does. Volatile, so that the call stays.
void allocate_by_new() {
  void* (*const volatile called)(std::size_t, const std::nothrow_t&) noexcept = &::operator new;
  ::operator delete(called(1, std::nothrow));
}

// A shared library calls what dlsym finds.
void allocate_by_new_of_libraries() {
  using New = void* (*)(std::size_t, const std::nothrow_t&);
  const auto called = reinterpret_cast<New>(dlsym(RTLD_DEFAULT, "_ZnwmRKSt9nothrow_t"));
  if (called != nullptr) ::operator delete(called(1, std::nothrow));
}

}  // namespace redzone::heap

extern "C" void redzone_heap_take_wrappers_of_operators() {}
