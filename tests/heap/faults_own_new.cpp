#include "tests/heap/faults_own_new.hpp"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace redzone::heap {

thread_local int own_new_count = 0;

}  // namespace redzone::heap

namespace {

void* own_block(std::size_t size_bytes) {
  ++redzone::heap::own_new_count;
  return std::malloc(size_bytes == 0 ? 1 : size_bytes);
}

}  // namespace

void* operator new(std::size_t size) {
  if (void* const block = own_block(size)) return block;
  throw std::bad_alloc();
}
void* operator new[](std::size_t size) { return ::operator new(size); }
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return own_block(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return own_block(size);
}
void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t /*size*/) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t /*size*/) noexcept { std::free(block); }
