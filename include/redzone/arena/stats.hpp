#pragma once
// What arenas hold and have done. The path of an allocation counts nothing: the figures follow
// from the positions in the chunks, when a chunk is changed, at reset and rewind, and when somebody
// asks.
//
// Bounds:  kArenaSlotsMax arenas are told apart in the totals; those beyond share a slot.
// Threads: BumpArena::stats() may be called from any thread while the arena's own thread allocates,
//          but not while it is moved or destroyed; each figure is then one that was true, not all
//          at the same moment. arena_totals() may be called at any time, without a lock.
// Failure: none. A figure that nobody counts is empty, never 0.
// Cost:    stats(): a few loads. arena_totals(): a few loads a slot in use.
//
//   const ArenaStats stats = arena.stats();
//   printf("%.0f %% of what was taken is in use\n", 100 * stats.used_ratio());

#include <cstddef>
#include <cstdint>
#include <optional>

namespace redzone {

inline constexpr std::size_t kArenaSlotsMax = 512;  // 128 bytes each, in the program's data

struct ArenaStats {
  std::uint64_t used_bytes = 0;        // handed out now, with padding and red zones
  std::uint64_t high_water_bytes = 0;  // the most that used_bytes has been
  std::uint64_t held_bytes = 0;        // taken from upstream now, with headers; and the caller's
                                       // buffer
  std::uint64_t held_high_water_bytes = 0;
  std::uint64_t chunk_count = 0;      // held now
  std::uint64_t own_block_count = 0;  // blocks that are no part of a chunk, live
  std::uint64_t reset_count = 0;
  std::uint64_t overflow_count = 0;  // requests for which the current chunk had no room
  std::uint64_t failure_count = 0;   // of them and others, those that got nothing
  std::uint64_t wasted_bytes = 0;    // left over at the end of chunks that are full
  // Since the last reset, with ArenaOptions::counts_blocks or under a detector.
  std::optional<std::uint64_t> block_count;
  std::optional<std::uint64_t> padding_bytes;  // for alignment, and to the next multiple of 8

  // In use, of what is held; 0 where nothing is.
  [[nodiscard]] double used_ratio() const {
    return held_bytes == 0 ? 0 : static_cast<double>(used_bytes) / static_cast<double>(held_bytes);
  }
};

// Sums over the arenas that exist, as each told last: when it changed chunks, or was reset or
// rewound; the end of a scope within one chunk tells nothing.
struct ArenaTotals {
  std::uint64_t arena_count = 0;
  std::uint64_t used_bytes = 0;
  std::uint64_t held_bytes = 0;
  std::uint64_t chunk_count = 0;
  // Of all arenas that ever were.
  std::uint64_t reset_count = 0;
  std::uint64_t overflow_count = 0;
  std::uint64_t failure_count = 0;
};

[[nodiscard]] ArenaTotals arena_totals();

// An arena's place in the totals, and what it told them last. Part of BumpArena.
struct ArenaSlot;
struct ArenaSlotUse {
  ArenaSlot* slot = nullptr;
  ArenaTotals told;  // arena_count is not used
};

}  // namespace redzone
