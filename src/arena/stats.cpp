// The figures of an arena, told and checked.

#include "redzone/arena/stats.hpp"

#include <algorithm>

#include "arena/figure.hpp"
#include "arena/slots.hpp"
#include "redzone/arena/bump_arena.hpp"
#include "redzone/base/check.hpp"

namespace redzone {

ArenaStats BumpArena::stats() const {
  ArenaStats stats;
  stats.used_bytes = used_bytes();
  stats.high_water_bytes = std::max(value_of(figures_.high_water_bytes), stats.used_bytes);
  stats.held_bytes = value_of(figures_.held_bytes);
  stats.held_high_water_bytes = value_of(figures_.held_high_water_bytes);
  stats.chunk_count = value_of(figures_.chunk_count);
  stats.own_block_count = value_of(figures_.own_block_count);
  stats.reset_count = value_of(figures_.reset_count);
  stats.overflow_count = value_of(figures_.overflow_count);
  stats.failure_count = value_of(figures_.failure_count);
  stats.wasted_bytes = value_of(figures_.wasted_bytes);
  if (options_.counts_blocks || is_watched_) {
    stats.block_count = value_of(figures_.block_count);
    stats.padding_bytes = value_of(figures_.padding_bytes);
  }
  return stats;
}

// What is in use only grows until something is taken back: before that the most is noted.
void BumpArena::note_high_water() { raise_to(figures_.high_water_bytes, used_bytes_here()); }

void BumpArena::publish() {
  if (slot_.slot == nullptr) return;  // an arena that was closed from the beginning
  const std::uint64_t used = used_bytes_here();
  set(figures_.used_told_bytes, used);
  tell_slot(slot_, {.used_bytes = used,
                    .held_bytes = value_of(figures_.held_bytes),
                    .chunk_count = value_of(figures_.chunk_count),
                    .reset_count = value_of(figures_.reset_count),
                    .overflow_count = value_of(figures_.overflow_count),
                    .failure_count = value_of(figures_.failure_count)});
  REDZONE_DCHECK(used <= value_of(figures_.held_bytes));
  REDZONE_DCHECK(value_of(figures_.held_bytes) <= value_of(figures_.held_high_water_bytes));
}

bool BumpArena::owns(const void* address) const {
  const auto where = reinterpret_cast<std::uintptr_t>(address);
  if (chunk_ != nullptr && chunk_->begin <= where && where < position()) return true;
  for (const ArenaChunk* chunk = chunk_; chunk != nullptr; chunk = chunk->previous) {
    if (chunk != chunk_ && chunk->begin <= where && where < chunk->position) return true;
  }
  for (const ArenaOwnBlock* own = own_blocks_; own != nullptr; own = own->previous) {
    if (own->block <= where && where - own->block < own->block_bytes) return true;
  }
  return false;
}

void BumpArena::check_chunks() const {
  std::uint64_t count = 0;
  for (const ArenaChunk* chunk = chunk_; chunk != nullptr; chunk = chunk->previous) {
    ++count;
    const std::uintptr_t stands = chunk == chunk_ ? position() : chunk->position;
    REDZONE_CHECK(chunk->begin % kArenaAlignmentMin == 0);
    REDZONE_CHECK(chunk->end % kArenaAlignmentMin == 0);
    REDZONE_CHECK(chunk->begin <= stands && stands <= chunk->end);
    REDZONE_CHECK(stands % kArenaAlignmentMin == 0 || stands == chunk->end);
    REDZONE_CHECK(chunk->dirty_end <= chunk->end);
    REDZONE_CHECK(chunk != &buffer_ || chunk->previous == nullptr);
  }
  REDZONE_CHECK(count == chunk_number_);
  for (const ArenaChunk* spare = spare_; spare != nullptr; spare = spare->previous) {
    ++count;
    REDZONE_CHECK(spare->position == spare->begin);
    REDZONE_CHECK(spare->previous == nullptr ||
                  spare->previous->size_bytes() <= spare->size_bytes());
  }
  REDZONE_CHECK(count == value_of(figures_.chunk_count));
}

void BumpArena::check_figures() const {
  std::uint64_t used = 0;
  std::uint64_t held = 0;
  std::uint64_t wasted = 0;
  std::uint64_t own_blocks = 0;
  for (const ArenaChunk* chunk = chunk_; chunk != nullptr; chunk = chunk->previous) {
    used += (chunk == chunk_ ? position() : chunk->position) - chunk->begin;
    wasted += chunk == chunk_ ? 0 : chunk->end - chunk->position;
    held += chunk == &buffer_ ? chunk->end - chunk->begin : chunk->size_bytes();
  }
  for (const ArenaChunk* spare = spare_; spare != nullptr; spare = spare->previous) {
    held += spare->size_bytes();
  }
  for (const ArenaOwnBlock* own = own_blocks_; own != nullptr; own = own->previous) {
    ++own_blocks;
    used += own->block_bytes;
    held += own->size_bytes();
  }
  REDZONE_CHECK(used == used_bytes());
  REDZONE_CHECK(held == value_of(figures_.held_bytes));
  REDZONE_CHECK(wasted == value_of(figures_.wasted_bytes));
  REDZONE_CHECK(own_blocks == value_of(figures_.own_block_count));
  REDZONE_CHECK(used <= held);
  REDZONE_CHECK(held <= value_of(figures_.held_high_water_bytes));
}

void BumpArena::check_invariants() const {
  const std::uintptr_t cursor = cursor_.load(std::memory_order_relaxed);
  REDZONE_CHECK(cursor <= limit_);
  REDZONE_CHECK((cursor == 0) == (limit_ == 0));
  REDZONE_CHECK(cursor % kArenaAlignmentMin == 0);
  REDZONE_CHECK(limit_ % kArenaInlineAlignmentMax == 0);
  REDZONE_CHECK(limit_ <= kArenaInlineEndMax);
  REDZONE_CHECK(chunk_ == nullptr || limit_ <= chunk_->end);
  REDZONE_CHECK(floor_ <= position());
  check_chunks();
  check_figures();
  history_.check_invariants();
}

}  // namespace redzone
