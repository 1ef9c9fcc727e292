#pragma once
// An arena for the containers of the standard library, without virtual calls: the fastest way for a
// container into an arena.
//
// Bounds:  the arena's.
// Threads: as the arena.
// Failure: std::bad_alloc, as the standard has it, with the cause in the arena's last_error(), and
//          std::bad_array_new_length for a count whose size has no number. Catch them where your
//          own code begins.
// Cost:    as BumpArena::allocate(). A container that gives back the arena's last block gives it
//          back for good; any other waits for reset.
//
//   std::vector<Entry, ArenaAllocator<Entry>> entries{ArenaAllocator<Entry>(arena)};
//
// The arena outlives the containers; reset it when these are gone. The arena goes with the blocks:
// a container that is copied, assigned, moved or swapped brings its own. What the standard makes
// with a default allocator, as basic_string::substr() does, does not compile: there is no arena for
// it.

#include <cstddef>
#include <new>
#include <type_traits>

#include "redzone/arena/bump_arena.hpp"

namespace redzone {

template <class T>
class ArenaAllocator {
 public:
  using value_type = T;
  using propagate_on_container_copy_assignment = std::true_type;
  using propagate_on_container_move_assignment = std::true_type;
  using propagate_on_container_swap = std::true_type;
  using is_always_equal = std::false_type;

  explicit ArenaAllocator(BumpArena& arena) noexcept : arena_(&arena) {}
  template <class Other>
  ArenaAllocator(const ArenaAllocator<Other>& other) noexcept : arena_(&other.arena()) {}

  // NOLINTBEGIN(bugprone-sizeof-expression): where T is a pointer, a container stores pointers
  [[nodiscard]] T* allocate(std::size_t count) {
    if (count > kArenaBlockBytesMax / sizeof(T)) throw std::bad_array_new_length();
    void* block = arena_->allocate(count * sizeof(T), alignof(T));
    if (block == nullptr) [[unlikely]]
      throw std::bad_alloc();
    return static_cast<T*>(block);
  }
  void deallocate(T* block, std::size_t count) noexcept {
    arena_->shrink_last(static_cast<void*>(block), count * sizeof(T), 0);
  }
  // NOLINTEND(bugprone-sizeof-expression)

  [[nodiscard]] BumpArena& arena() const noexcept { return *arena_; }

  template <class Other>
  friend bool operator==(const ArenaAllocator& left, const ArenaAllocator<Other>& right) noexcept {
    return &left.arena() == &right.arena();
  }

 private:
  BumpArena* arena_;
};

}  // namespace redzone
