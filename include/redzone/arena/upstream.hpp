#pragma once
// Where an arena's chunks come from. The default takes them from malloc and calloc, so that
// detectors know them; implement the interface to take them from elsewhere, or to make one fail.
//
// Bounds:  an arena pays for each chunk from its MemoryBudget before it calls take().
// Threads: an arena calls its upstream from the thread that uses the arena; an upstream that serves
//          several arenas must take calls from several threads.
// Failure: take() returns a null block; nothing throws.
// Cost:    a virtual call a chunk.
//
//   class Counting final : public ArenaUpstream { ... };
//   Counting upstream;
//   Arena arena(budget, {.upstream = &upstream});
//
// An upstream outlives the arenas that use it.

#include <cstddef>

namespace redzone {

class ArenaUpstream {
 public:
  struct Block {
    void* memory = nullptr;  // null: there is none; else aligned to kArenaChunkAlignment
    bool is_zero = false;    // every byte is known to be 0
  };

  ArenaUpstream() = default;
  ArenaUpstream(const ArenaUpstream&) = delete;
  ArenaUpstream& operator=(const ArenaUpstream&) = delete;
  virtual ~ArenaUpstream() = default;

  // `size_bytes` > 0. `want_zero` is a wish: answer in Block::is_zero.
  [[nodiscard]] virtual Block take(std::size_t size_bytes, bool want_zero) noexcept = 0;
  // A block of take(), with the same size. Nothing of it is poisoned.
  virtual void give_back(void* memory, std::size_t size_bytes) noexcept = 0;
};

// malloc, or calloc where zeros are wanted. One object, without state.
[[nodiscard]] ArenaUpstream& malloc_upstream();

}  // namespace redzone
