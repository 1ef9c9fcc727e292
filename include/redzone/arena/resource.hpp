#pragma once
// An arena for std::pmr containers.
//
// Bounds:  the arena's.
// Threads: as the arena.
// Failure: std::bad_alloc, as the standard has it; catch it where your own code begins. The cause
//          is in the arena's last_error().
// Cost:    a virtual call a block. A container that gives back the arena's last block gives it back
//          for good; any other waits for reset.
//
//   ArenaResource resource(arena);
//   std::pmr::vector<std::pmr::string> names(&resource);
//
// Arena and resource outlive the containers; reset the arena when these are gone.

#include <cstddef>
#include <memory_resource>

#include "redzone/arena/bump_arena.hpp"

namespace redzone {

class ArenaResource final : public std::pmr::memory_resource {
 public:
  explicit ArenaResource(BumpArena& arena) : arena_(&arena) {}

  [[nodiscard]] BumpArena& arena() const { return *arena_; }

 private:
  void* do_allocate(std::size_t size_bytes, std::size_t alignment) override;
  void do_deallocate(void* block, std::size_t size_bytes, std::size_t alignment) override;
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override;

  BumpArena* arena_;
};

}  // namespace redzone
