// What a program with an allocator of its own defines at least. The aligned forms are left out.

#include <cstddef>

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): names of the C library
extern "C" {
void* __libc_malloc(std::size_t) noexcept;
void* __libc_calloc(std::size_t, std::size_t) noexcept;
void* __libc_realloc(void*, std::size_t) noexcept;
void __libc_free(void*) noexcept;

void* malloc(std::size_t size_bytes) noexcept { return __libc_malloc(size_bytes); }
void* calloc(std::size_t count, std::size_t each_bytes) noexcept {
  return __libc_calloc(count, each_bytes);
}
void* realloc(void* block, std::size_t size_bytes) noexcept {
  return __libc_realloc(block, size_bytes);
}
void free(void* block) noexcept { __libc_free(block); }
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
