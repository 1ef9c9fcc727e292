// The C functions that give memory, as the linker option --wrap calls them: it turns each
// reference to `malloc` into `__wrap_malloc`, and `__real_malloc` into `malloc`. A call that the
// plan fails gets null and ENOMEM; a call that would fail or only free anyway is not asked about.

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "heap/faults/decision.hpp"
#include "heap/faults/probes.hpp"
#include "heap/faults/real_functions.hpp"
#include "heap/stack_capture.hpp"

#define REDZONE_WRAP(name) __asm__("__wrap_" #name)

namespace redzone::heap {

extern "C" {
void* wrap_malloc(std::size_t size_bytes) noexcept REDZONE_WRAP(malloc);
void* wrap_calloc(std::size_t count, std::size_t size_bytes) noexcept REDZONE_WRAP(calloc);
void* wrap_realloc(void* block, std::size_t size_bytes) noexcept REDZONE_WRAP(realloc);
void* wrap_reallocarray(void* block, std::size_t count, std::size_t size_bytes) noexcept
    REDZONE_WRAP(reallocarray);
int wrap_posix_memalign(void** block, std::size_t alignment, std::size_t size_bytes) noexcept
    REDZONE_WRAP(posix_memalign);
void* wrap_aligned_alloc(std::size_t alignment, std::size_t size_bytes) noexcept
    REDZONE_WRAP(aligned_alloc);
void* wrap_memalign(std::size_t alignment, std::size_t size_bytes) noexcept REDZONE_WRAP(memalign);
void* wrap_valloc(std::size_t size_bytes) noexcept REDZONE_WRAP(valloc);
void* wrap_pvalloc(std::size_t size_bytes) noexcept REDZONE_WRAP(pvalloc);
char* wrap_strdup(const char* text) noexcept REDZONE_WRAP(strdup);
char* wrap_strndup(const char* text, std::size_t length_max) noexcept REDZONE_WRAP(strndup);
}

namespace {

std::nullptr_t no_memory() {
  errno = ENOMEM;
  return nullptr;
}

bool is_power_of_two(std::size_t value) { return value != 0 && (value & (value - 1)) == 0; }

}  // namespace

REDZONE_HEAP_ENTRY void* wrap_malloc(std::size_t size_bytes) noexcept {
  if (plan_fails(size_bytes)) return no_memory();
  return real_malloc(size_bytes);
}

REDZONE_HEAP_ENTRY void* wrap_calloc(std::size_t count, std::size_t size_bytes) noexcept {
  std::size_t total_bytes = 0;
  if (!__builtin_mul_overflow(count, size_bytes, &total_bytes) && plan_fails(total_bytes)) {
    return no_memory();
  }
  return real_calloc(count, size_bytes);
}

REDZONE_HEAP_ENTRY void* wrap_realloc(void* block, std::size_t size_bytes) noexcept {
  const bool frees = block != nullptr && size_bytes == 0;
  if (!frees && plan_fails(size_bytes)) return no_memory();
  return real_realloc(block, size_bytes);
}

REDZONE_HEAP_ENTRY void* wrap_reallocarray(void* block, std::size_t count,
                                           std::size_t size_bytes) noexcept {
  std::size_t total_bytes = 0;
  if (!__builtin_mul_overflow(count, size_bytes, &total_bytes)) {
    const bool frees = block != nullptr && total_bytes == 0;
    if (!frees && plan_fails(total_bytes)) return no_memory();
  }
  return real_reallocarray(block, count, size_bytes);
}

REDZONE_HEAP_ENTRY int wrap_posix_memalign(void** block, std::size_t alignment,
                                           std::size_t size_bytes) noexcept {
  if (is_power_of_two(alignment) && alignment % sizeof(void*) == 0 && plan_fails(size_bytes)) {
    return ENOMEM;
  }
  return real_posix_memalign(block, alignment, size_bytes);
}

REDZONE_HEAP_ENTRY void* wrap_aligned_alloc(std::size_t alignment,
                                            std::size_t size_bytes) noexcept {
  if (is_power_of_two(alignment) && plan_fails(size_bytes)) return no_memory();
  return real_aligned_alloc(alignment, size_bytes);
}

REDZONE_HEAP_ENTRY void* wrap_memalign(std::size_t alignment, std::size_t size_bytes) noexcept {
  if (is_power_of_two(alignment) && plan_fails(size_bytes)) return no_memory();
  return real_memalign(alignment, size_bytes);
}

REDZONE_HEAP_ENTRY void* wrap_valloc(std::size_t size_bytes) noexcept {
  if (plan_fails(size_bytes)) return no_memory();
  return real_valloc(size_bytes);
}

REDZONE_HEAP_ENTRY void* wrap_pvalloc(std::size_t size_bytes) noexcept {
  if (plan_fails(size_bytes)) return no_memory();
  return real_pvalloc(size_bytes);
}

// The text is measured only while a plan is armed: the first to read a bad pointer should be the
// real function, whose name a detector's report then has.
REDZONE_HEAP_ENTRY char* wrap_strdup(const char* text) noexcept {
  if (!nobody_asks() && plan_decides_to_fail(std::strlen(text) + 1)) {
    return no_memory();
  }
  return real_strdup(text);
}

REDZONE_HEAP_ENTRY char* wrap_strndup(const char* text, std::size_t length_max) noexcept {
  if (!nobody_asks() && plan_decides_to_fail(strnlen(text, length_max) + 1)) {
    return no_memory();
  }
  return real_strndup(text, length_max);
}

// An object of the program calls as this one does. Volatile, so that the call stays.
void allocate_by_malloc() {
  void* (*const volatile called)(std::size_t) = &std::malloc;
  std::free(called(1));
}

}  // namespace redzone::heap

extern "C" void redzone_heap_take_wrappers_of_c_functions() {}
