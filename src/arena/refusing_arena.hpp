#pragma once
// What is given out where a thread can have no arena.

#include "redzone/arena/bump_arena.hpp"

namespace redzone {

// Refuses everything with the same code. It holds nothing and counts in no totals, and is never
// destroyed: a thread that has ended its arena may still hold on to this one.
class RefusingArena final : public BumpArena {
 public:
  explicit RefusingArena(ArenaCode refusal) : BumpArena(refusal) {}
  RefusingArena(RefusingArena&&) = delete;
  RefusingArena& operator=(RefusingArena&&) = delete;
  ~RefusingArena() = delete;
};

}  // namespace redzone
