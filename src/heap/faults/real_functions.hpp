#pragma once
// What the wrappers call in the end: `__real_X` is the linker's name, under --wrap, for the X that
// the program would call without it.

#include <cstddef>
#include <new>

#define REDZONE_REAL(name) __asm__("__real_" #name)
// A weak reference does not make the linker look for redzone::heap_interposer, which a program with
// a malloc of its own may not get.
#define REDZONE_REAL_IF_THERE(name) REDZONE_REAL(name) __attribute__((weak))

namespace redzone::heap {

extern "C" {
void* real_malloc(std::size_t size_bytes) noexcept REDZONE_REAL(malloc);
void* real_calloc(std::size_t count, std::size_t size_bytes) noexcept REDZONE_REAL(calloc);
void* real_realloc(void* block, std::size_t size_bytes) noexcept REDZONE_REAL(realloc);
void* real_reallocarray(void* block, std::size_t count, std::size_t size_bytes) noexcept
    REDZONE_REAL_IF_THERE(reallocarray);
int real_posix_memalign(void** block, std::size_t alignment, std::size_t size_bytes) noexcept
    REDZONE_REAL_IF_THERE(posix_memalign);
void* real_aligned_alloc(std::size_t alignment, std::size_t size_bytes) noexcept
    REDZONE_REAL_IF_THERE(aligned_alloc);
void* real_memalign(std::size_t alignment, std::size_t size_bytes) noexcept
    REDZONE_REAL_IF_THERE(memalign);
void* real_valloc(std::size_t size_bytes) noexcept REDZONE_REAL_IF_THERE(valloc);
void* real_pvalloc(std::size_t size_bytes) noexcept REDZONE_REAL_IF_THERE(pvalloc);
char* real_strdup(const char* text) noexcept REDZONE_REAL(strdup);
char* real_strndup(const char* text, std::size_t length_max) noexcept REDZONE_REAL(strndup);

// The mangled names are those of machines where std::size_t is unsigned long.
static_assert(sizeof(std::size_t) == sizeof(unsigned long) && sizeof(std::size_t) == 8);
void* real_new(std::size_t size_bytes) REDZONE_REAL(_Znwm);
void* real_new_array(std::size_t size_bytes) REDZONE_REAL(_Znam);
void* real_new_nothrow(std::size_t size_bytes, const std::nothrow_t& tag) noexcept
    REDZONE_REAL(_ZnwmRKSt9nothrow_t);
void* real_new_array_nothrow(std::size_t size_bytes, const std::nothrow_t& tag) noexcept
    REDZONE_REAL(_ZnamRKSt9nothrow_t);
void* real_new_aligned(std::size_t size_bytes, std::align_val_t alignment)
    REDZONE_REAL(_ZnwmSt11align_val_t);
void* real_new_array_aligned(std::size_t size_bytes, std::align_val_t alignment)
    REDZONE_REAL(_ZnamSt11align_val_t);
void* real_new_aligned_nothrow(std::size_t size_bytes, std::align_val_t alignment,
                               const std::nothrow_t& tag) noexcept
    REDZONE_REAL(_ZnwmSt11align_val_tRKSt9nothrow_t);
void* real_new_array_aligned_nothrow(std::size_t size_bytes, std::align_val_t alignment,
                                     const std::nothrow_t& tag) noexcept
    REDZONE_REAL(_ZnamSt11align_val_tRKSt9nothrow_t);
}

}  // namespace redzone::heap
