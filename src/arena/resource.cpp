#include "redzone/arena/resource.hpp"

namespace redzone {

void* ArenaResource::do_allocate(std::size_t size_bytes, std::size_t alignment) {
  void* block = arena_->allocate(size_bytes, alignment);
  if (block == nullptr) [[unlikely]]
    throw std::bad_alloc();
  return block;
}

void ArenaResource::do_deallocate(void* block, std::size_t size_bytes, std::size_t) {
  arena_->shrink_last(block, size_bytes, 0);
}

bool ArenaResource::do_is_equal(const std::pmr::memory_resource& other) const noexcept {
  const auto* resource = dynamic_cast<const ArenaResource*>(&other);
  return resource != nullptr && resource->arena_ == arena_;
}

}  // namespace redzone
