#pragma once
// An arena that takes chunks of memory as it needs them, each paid for from a MemoryBudget before
// it is taken, and gives them back, or keeps some for the next round.
//
// Bounds:  the budget's, headers of chunks included: no chunk is larger than its max_single, and
//          what the arena holds never exceeds its max_total. Where the budget has not enough left
//          for a chunk, one of half the size is tried, down to chunk_bytes, and then a block for
//          the request alone; the one chunk of `error` and `panic` has its size or is refused.
//          Chunks that are kept for later go before a request is refused.
// Threads: as BumpArena; several arenas of several threads may share a budget.
// Failure: as BumpArena.
// Cost:    as BumpArena; a chunk costs a call of upstream and two updates of the budget.
//
//   MemoryBudget budget{{.max_single = 1_MiB, .max_total = 64_MiB}};
//   Arena arena(budget);
//   for (const Request& request : requests) {
//     serve(request, arena);
//     if (Status done = arena.reset(); !done) return done;
//   }
//
// An arena bounds what is taken; it reserves nothing. Budget and upstream outlive it.

#include <cstddef>
#include <span>

#include "redzone/arena/bump_arena.hpp"

namespace redzone {

class Arena final : public BumpArena {
 public:
  explicit Arena(MemoryBudget& budget, const ArenaOptions& options = {});
  // The blocks come from `buffer` first, which costs the budget nothing.
  Arena(std::span<std::byte> buffer, MemoryBudget& budget, const ArenaOptions& options = {});
  Arena(Arena&& other) noexcept = default;
  Arena& operator=(Arena&& other) noexcept = default;
  ~Arena() = default;
};

}  // namespace redzone
