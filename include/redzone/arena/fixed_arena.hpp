#pragma once
// An arena in memory of the caller: an array on the stack, a mapped region, a part of another
// block. It never takes more.
//
// Bounds:  the buffer, of which at most 7 bytes at either end go unused. The same in every build:
//          no red zone stands between blocks unless the options ask for it.
// Threads: as BumpArena.
// Failure: EXHAUSTED when the buffer is full. The options' overflow is `error` or `panic`.
// Cost:    as BumpArena.
//
//   alignas(64) std::byte buffer[4096];
//   FixedArena arena(buffer);
//   Result<void*> block = arena.try_allocate(100, 16);
//
// The buffer outlives the arena, which zeroes what it handed out, by policy, when it goes. Under a
// detector nobody but the arena's blocks may touch the buffer while the arena lives.

#include <cstddef>
#include <span>

#include "redzone/arena/bump_arena.hpp"

namespace redzone {

struct FixedArenaOptions {
  ArenaOverflow overflow = ArenaOverflow::error;  // or panic
  ArenaZero zero = ArenaZero::on_reset;
  bool counts_blocks = false;
  std::uint64_t red_zone_bytes = 0;
  const char* name = "fixed arena";
};

class FixedArena final : public BumpArena {
 public:
  // An arena without a buffer: every request is EXHAUSTED.
  FixedArena() : FixedArena(std::span<std::byte>{}) {}
  explicit FixedArena(std::span<std::byte> buffer, const FixedArenaOptions& options = {});
  FixedArena(FixedArena&& other) noexcept = default;
  FixedArena& operator=(FixedArena&& other) noexcept = default;
  ~FixedArena() = default;
};

}  // namespace redzone
