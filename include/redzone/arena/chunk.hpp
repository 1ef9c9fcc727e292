#pragma once
// What an arena keeps of a chunk: the first 64 bytes of memory from upstream, or, for the caller's
// buffer, a member of the arena. Part of BumpArena; programs have no use for it.
//
// Bounds:  kArenaChunkHeaderBytes.
// Threads: the arena's own.
// Failure: none.
// Cost:    none.
//
//   [begin, position)       handed out
//   [position, end)         not handed out; zero but for what [dirty_begin, dirty_end) has of it

#include <cstddef>
#include <cstdint>

#include "redzone/arena/options.hpp"
#include "redzone/base/memory_budget.hpp"

namespace redzone {

struct ArenaChunk {
  ArenaChunk* previous = nullptr;  // the chunk that was full before this one; of a spare chunk the
                                   // next spare one, which is no larger
  std::uintptr_t begin = 0;        // a multiple of 8, <= position
  std::uintptr_t end = 0;          // a multiple of 8
  std::uintptr_t position = 0;     // <= end; of the current chunk the arena's position() holds
  std::uintptr_t dirty_begin = 0;  // empty where dirty_begin >= dirty_end
  std::uintptr_t dirty_end = 0;    // <= end
  MemoryBudget::Lease lease;       // of a chunk from upstream, its whole size

  [[nodiscard]] std::uint64_t size_bytes() const { return lease.size_bytes(); }
  // From it on, what is not handed out is zero.
  [[nodiscard]] std::uintptr_t clean_from() const {
    return dirty_begin < dirty_end ? dirty_end : 0;
  }
  // Whether a block fits behind `stands`. Compares what remains: nothing is added that could wrap.
  [[nodiscard]] bool has_room(std::uintptr_t stands, std::size_t block_bytes,
                              std::size_t alignment) const {
    const std::uintptr_t padding = (0 - stands) & (alignment - 1);
    const std::uintptr_t room = end - stands;
    return padding <= room && block_bytes <= room - padding;
  }
};

static_assert(sizeof(ArenaChunk) <= kArenaChunkHeaderBytes);

// In front of a block that is no part of a chunk.
struct ArenaOwnBlock {
  ArenaOwnBlock* previous = nullptr;  // handed out before this one
  std::uintptr_t block = 0;
  std::uint64_t block_bytes = 0;  // a multiple of 8
  MemoryBudget::Lease lease;      // of all of it

  [[nodiscard]] std::uint64_t size_bytes() const { return lease.size_bytes(); }
};

inline constexpr std::size_t kArenaOwnBlockHeaderBytes = 48;

static_assert(sizeof(ArenaOwnBlock) <= kArenaOwnBlockHeaderBytes);
static_assert(kArenaOwnBlockHeaderBytes % kArenaChunkAlignment == 0);
static_assert(kArenaChunkHeaderBytes % kArenaChunkAlignment == 0);

// In front of an object whose destructor the arena runs, in the same block.
struct ArenaDestructor {
  ArenaDestructor* previous = nullptr;  // made before this one
  void* object = nullptr;
  void (*destroy)(void*) noexcept = nullptr;
};

}  // namespace redzone
