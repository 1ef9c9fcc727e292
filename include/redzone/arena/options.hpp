#pragma once
// What an arena does when it is full and when memory is given back, and how large its chunks are.
//
// Bounds:  this page is the bounds. Limits are inclusive. How much an arena may hold in all is not
//          here: that is the MemoryBudget it is made with.
// Threads: values.
// Failure: check_arena_options gives BAD_OPTION with the field and the bound that it breaks. An
//          arena that is made with options that do not pass is a programmer's error.
// Cost:    none.
//
//   Arena arena(budget, {.overflow = ArenaOverflow::error, .name = "request"});

#include <cstddef>
#include <cstdint>

#include "redzone/arena/upstream.hpp"
#include "redzone/base/bytes.hpp"
#include "redzone/base/result.hpp"

namespace redzone {

// What happens when the current chunk has no room for a request. try_allocate() returns the error
// that is left in any case; allocate() is null then, but under `panic`.
enum class ArenaOverflow : std::uint8_t {
  error,  // the first chunk is all there is
  panic,  // likewise, and allocate() prints the arena's name and the request, and aborts
  heap,   // the first chunk, and then a block from upstream for each request, freed by reset
  grow,   // further chunks, each twice as large as the one before
};

// Whether memory that goes out of use is set to zero: by reset, rewind, the end of a scope, shrink,
// a block given back to upstream, and destruction. Only what was handed out is written.
enum class ArenaZero : std::uint8_t {
  on_reset,  // what one user left there, the next does not see
  never,
};

// No block is larger: half the address space, as std::max_size of a byte's allocator.
inline constexpr std::size_t kArenaBlockBytesMax = PTRDIFF_MAX;
// Sizes are rounded up to it, and every block has at least this alignment.
inline constexpr std::size_t kArenaAlignmentMin = 8;
// A constant size and alignment up to these are served without a look at whether a sum wraps, and
// none does, because blocks are handed out inline below kArenaInlineEndMax only. 64 KiB: no object
// that is made by itself is larger, and no system maps the last 128 KiB for a program.
inline constexpr std::size_t kArenaInlineBytesMax = 64 * kKiB;
inline constexpr std::size_t kArenaInlineAlignmentMax = 64;
inline constexpr std::uintptr_t kArenaInlineEndMax = UINTPTR_MAX - 2 * kArenaInlineBytesMax;
static_assert(kArenaInlineAlignmentMax < kArenaInlineBytesMax);
// What ArenaUpstream promises: that of malloc.
inline constexpr std::size_t kArenaChunkAlignment = 16;
// What the arena keeps of each chunk, at its beginning.
inline constexpr std::size_t kArenaChunkHeaderBytes = 64;
// The least and the most that a chunk may be set to.
inline constexpr std::uint64_t kArenaChunkBytesMin = 256;
inline constexpr std::uint64_t kArenaChunkBytesMax = 1 * kGiB;
// After each block, under a detector. 16 is what memory in front of a header of malloc has.
inline constexpr std::uint64_t kArenaRedZoneBytesMax = 4 * kKiB;

struct ArenaOptions {
  // Bytes of the first chunk from upstream, with its header. 4 KiB: a small request needs no more.
  std::uint64_t chunk_bytes = 4 * kKiB;
  // Bytes that chunks grow to. 1 MiB: a heap under pressure can still serve it. A request of more
  // than a quarter of the next chunk has a block of its own, and the current chunk stays.
  std::uint64_t chunk_bytes_max = 1 * kMiB;
  // Bytes of chunks that reset() keeps for the next round, the largest first. 4 MiB: what a
  // second-level cache holds; beyond it, fresh memory costs no more than used.
  std::uint64_t retained_bytes_max = 4 * kMiB;
  ArenaOverflow overflow = ArenaOverflow::grow;
  ArenaZero zero = ArenaZero::on_reset;
  // Counts every block and its padding, at the price of a call for each. Otherwise these two
  // figures are unknown.
  bool counts_blocks = false;
  // Bytes that nobody may touch, after each block of a chunk, while AddressSanitizer or Valgrind
  // looks on; rounded up to a multiple of 8. They are no part of a run without.
  std::uint64_t red_zone_bytes = 16;
  // For refusals, panics and reports. Static lifetime.
  const char* name = "arena";
  // Null: malloc_upstream().
  ArenaUpstream* upstream = nullptr;
};

[[nodiscard]] Status check_arena_options(const ArenaOptions& options);

}  // namespace redzone
