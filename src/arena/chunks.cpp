// Chunks: from the budget and upstream, one after the other, kept, and given back.

#include <algorithm>
#include <memory>
#include <utility>

#include "arena/align.hpp"
#include "arena/detectors.hpp"
#include "arena/figure.hpp"
#include "arena/zero.hpp"
#include "redzone/arena/bump_arena.hpp"
#include "redzone/base/check.hpp"

namespace redzone {

ArenaUpstream& BumpArena::upstream() const {
  return options_.upstream != nullptr ? *options_.upstream : malloc_upstream();
}

// Upstream is somebody's code: while it runs the arena refuses, so that it cannot be used half-way
// through a change.
ArenaUpstream::Block BumpArena::take_upstream(std::uint64_t size_bytes, bool want_zero) {
  const bool was_busy = set_busy(true);
  const ArenaUpstream::Block block = upstream().take(size_bytes, want_zero);
  static_cast<void>(set_busy(was_busy));
  if (block.memory == nullptr) return block;
  REDZONE_CHECK(reinterpret_cast<std::uintptr_t>(block.memory) % kArenaChunkAlignment == 0);
  if (is_watched_ && &upstream() == &malloc_upstream()) {
    adopt(pool_, reinterpret_cast<std::uintptr_t>(block.memory), size_bytes);
  }
  count_held(size_bytes, 0);
  return block;
}

// The caller releases the lease afterwards: the budget is never below what is held.
void BumpArena::give_back_upstream(void* memory, std::uint64_t size_bytes) {
  if (is_watched_ && &upstream() == &malloc_upstream()) {
    disown(pool_, reinterpret_cast<std::uintptr_t>(memory));
  }
  count_held(0, size_bytes);
  const bool was_busy = set_busy(true);
  upstream().give_back(memory, size_bytes);
  static_cast<void>(set_busy(was_busy));
}

void BumpArena::count_held(std::uint64_t taken_bytes, std::uint64_t given_bytes) {
  set(figures_.held_bytes, value_of(figures_.held_bytes) + taken_bytes - given_bytes);
  raise_to(figures_.held_high_water_bytes, value_of(figures_.held_bytes));
}

Result<std::uintptr_t> BumpArena::grow(const Request& request) {
  if (chunk_ != nullptr) add(figures_.overflow_count, 1);
  // Half the address space is more than any memory has, and what is added to the size here is less
  // than the other half.
  const std::uint64_t around =
      kArenaChunkHeaderBytes + kArenaAlignmentMin + padding_max(request.alignment);
  const std::uint64_t size_max = kArenaBlockBytesMax - std::min(around, kArenaBlockBytesMax);
  const bool takes_one_chunk =
      options_.overflow == ArenaOverflow::error || options_.overflow == ArenaOverflow::panic;
  if (budget_ == nullptr || (takes_one_chunk && chunk_ != nullptr)) {
    const std::uint64_t room = chunk_ == nullptr ? 0 : chunk_->end - position();
    return fail(make_refusal(ArenaCode::exhausted).with_value(request.size_bytes).with_limit(room));
  }
  if (request.size_bytes > size_max) {
    return fail(make_refusal(ArenaCode::size_too_large)
                    .with_value(request.size_bytes)
                    .with_limit(size_max));
  }
  if (takes_one_chunk) return place_in_first_chunk(request);
  return grow_by_chunk(request);
}

std::uint64_t BumpArena::chunk_bytes_next() const {
  const MemoryBudget::Limits limits = budget_->limits();
  const std::uint64_t next = chunk_bytes_last_ == 0
                                 ? options_.chunk_bytes
                                 : std::min(2 * chunk_bytes_last_, options_.chunk_bytes_max);
  return align_down(std::min(next, limits.max_single), kArenaInlineAlignmentMax);
}

Result<std::uintptr_t> BumpArena::place_in_first_chunk(const Request& request) {
  const std::uint64_t size_bytes = chunk_bytes_next();
  const std::uint64_t room =
      size_bytes > kArenaChunkHeaderBytes ? size_bytes - kArenaChunkHeaderBytes : 0;
  if (padding_max(request.alignment) + rounded(request.size_bytes) > room) {
    return fail(make_refusal(ArenaCode::exhausted).with_value(request.size_bytes).with_limit(room));
  }
  if (const Status begun = begin_chunk(size_bytes); !begun) return fail(begun.error());
  return place(request);
}

Result<std::uintptr_t> BumpArena::grow_by_chunk(const Request& request) {
  const std::uint64_t needed = padding_max(request.alignment) + rounded(request.size_bytes);
  std::uint64_t next = chunk_bytes_next();
  // A chunk has room for a quarter of itself behind its header, if it is not too small to be one.
  const auto is_chunk_for_it = [&] { return next >= kArenaChunkBytesMin && needed <= next / 4; };
  const bool takes_chunks = options_.overflow == ArenaOverflow::grow || chunk_ == nullptr;
  if (!takes_chunks || !is_chunk_for_it()) return allocate_own_block(request);
  if (spare_ != nullptr && spare_->has_room(spare_->begin, request.size_bytes, request.alignment)) {
    make_current(std::exchange(spare_, spare_->previous));
    return place(request);
  }
  // As far as anybody can tell now: a chunk that the budget would refuse is not asked for, so that
  // the budget's figures tell what was needed and not there.
  drop_spare_for(next);
  const std::uint64_t room = budget_room();
  while (next > room && next / 2 >= options_.chunk_bytes) {
    next = align_down(next / 2, kArenaInlineAlignmentMax);
  }
  if (next > room || !is_chunk_for_it()) return allocate_own_block(request);
  if (const Status begun = begin_chunk(next); !begun) {
    // Another arena of the same budget was faster.
    if (begun.error().code.component == Component::base) return allocate_own_block(request);
    return fail(begun.error());
  }
  return place(request);
}

std::uint64_t BumpArena::budget_room() const {
  return budget_->limits().max_total - budget_->live_bytes();
}

// What is kept for later rounds is no reason to refuse a request of this one.
void BumpArena::drop_spare_for(std::uint64_t size_bytes) {
  if (spare_ == nullptr || size_bytes <= budget_room()) return;
  keep_spare_bytes(0);
  publish();
}

Status BumpArena::begin_chunk(std::uint64_t size_bytes) {
  Result<MemoryBudget::Lease> lease = budget_->take(size_bytes, options_.name);
  if (!lease) return fail(lease.error());
  const ArenaUpstream::Block block =
      take_upstream(size_bytes, options_.zero == ArenaZero::on_reset);
  if (block.memory == nullptr) {
    return fail(make_refusal(ArenaCode::upstream_failed).with_value(size_bytes));
  }
  auto* chunk = std::construct_at(static_cast<ArenaChunk*>(block.memory));
  chunk->begin = reinterpret_cast<std::uintptr_t>(block.memory) + kArenaChunkHeaderBytes;
  chunk->end = chunk->begin + align_down(size_bytes - kArenaChunkHeaderBytes, kArenaAlignmentMin);
  chunk->position = chunk->begin;
  chunk->dirty_begin = block.is_zero ? chunk->end : chunk->begin;
  chunk->dirty_end = chunk->end;
  chunk->lease = std::move(*lease);
  if (is_watched_) hide(chunk->begin, chunk->end - chunk->begin);
  add(figures_.chunk_count, 1);
  chunk_bytes_last_ = size_bytes;
  make_current(chunk);
  return {};
}

void BumpArena::make_current(ArenaChunk* chunk) {
  if (chunk_ != nullptr) {
    chunk_->position = position();
    used_before_bytes_ += chunk_->position - chunk_->begin;
    add(figures_.wasted_bytes, chunk_->end - chunk_->position);
  }
  chunk->previous = chunk_;
  chunk_ = chunk;
  ++chunk_number_;
  floor_ = 0;
  set_position(chunk->begin);
  publish();
}

// Of which nothing is handed out any more. The one before it is then current again.
ArenaChunk* BumpArena::leave_current() {
  ArenaChunk* left = std::exchange(chunk_, chunk_->previous);
  --chunk_number_;
  floor_ = 0;
  if (chunk_ != nullptr) {
    used_before_bytes_ -= chunk_->position - chunk_->begin;
    subtract(figures_.wasted_bytes, chunk_->end - chunk_->position);
  }
  set_position(chunk_ != nullptr ? chunk_->position : 0);
  left->position = left->begin;
  return left;
}

void BumpArena::keep_spare(ArenaChunk* chunk) {
  ArenaChunk** link = &spare_;
  while (*link != nullptr && (*link)->size_bytes() > chunk->size_bytes()) {
    link = &(*link)->previous;
  }
  chunk->previous = *link;
  *link = chunk;
}

// Of the spare chunks the largest stay that fit `bytes_max` together. How many bytes went.
std::uint64_t BumpArena::keep_spare_bytes(std::uint64_t bytes_max) {
  std::uint64_t given_bytes = 0;
  std::uint64_t room = bytes_max;
  ArenaChunk** link = &spare_;
  while (*link != nullptr) {
    ArenaChunk* chunk = *link;
    if (chunk->size_bytes() <= room) {
      room -= chunk->size_bytes();
      link = &chunk->previous;
    } else {
      *link = chunk->previous;
      given_bytes += give_back_chunk(chunk);
    }
  }
  const bool holds_none = spare_ == nullptr && (chunk_ == nullptr || chunk_ == &buffer_);
  if (holds_none) chunk_bytes_last_ = 0;
  return given_bytes;
}

std::uint64_t BumpArena::give_back_chunk(ArenaChunk* chunk) {
  const std::uint64_t size_bytes = chunk->size_bytes();
  MemoryBudget::Lease lease = std::move(chunk->lease);
  if (is_watched_) show(chunk->begin, chunk->end - chunk->begin);
  std::destroy_at(chunk);
  subtract(figures_.chunk_count, 1);
  give_back_upstream(chunk, size_bytes);
  return size_bytes;
}

Result<std::uintptr_t> BumpArena::allocate_own_block(const Request& request) {
  const std::uint64_t block_bytes = rounded(request.size_bytes);
  const std::uint64_t size_bytes =
      kArenaOwnBlockHeaderBytes + padding_max(request.alignment) + block_bytes;
  drop_spare_for(size_bytes);
  Result<MemoryBudget::Lease> lease = budget_->take(size_bytes, options_.name);
  if (!lease) return fail(lease.error());
  const ArenaUpstream::Block taken = take_upstream(size_bytes, request.is_zeroed);
  if (taken.memory == nullptr) {
    return fail(make_refusal(ArenaCode::upstream_failed).with_value(size_bytes));
  }
  const std::uintptr_t begin =
      reinterpret_cast<std::uintptr_t>(taken.memory) + kArenaOwnBlockHeaderBytes;
  const std::uintptr_t block = begin + padding_to(begin, request.alignment);
  auto* own = std::construct_at(static_cast<ArenaOwnBlock*>(taken.memory));
  own->block = block;
  own->block_bytes = block_bytes;
  own->lease = std::move(*lease);
  own->previous = std::exchange(own_blocks_, own);
  if (is_watched_) {
    hide(begin, size_bytes - kArenaOwnBlockHeaderBytes);
    hand_out(pool_, block, request.size_bytes, request.is_zeroed && taken.is_zero);
  }
  if (request.is_zeroed && !taken.is_zero) {
    std::fill_n(static_cast<std::byte*>(pointer_to(block)), request.size_bytes, std::byte{0});
  }
  add(figures_.own_block_count, 1);
  used_before_bytes_ += block_bytes;
  set_position(position());
  count_block(block_bytes - request.size_bytes);
  publish();
  return block;
}

// The latest of the blocks that are no part of a chunk.
void BumpArena::drop_own_block() {
  ArenaOwnBlock* own = std::exchange(own_blocks_, own_blocks_->previous);
  const std::uint64_t size_bytes = own->size_bytes();
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(own) + kArenaOwnBlockHeaderBytes;
  const std::uintptr_t end = reinterpret_cast<std::uintptr_t>(own) + size_bytes;
  if (is_watched_) {
    take_back(pool_, own->block, end);
    show(begin, end - begin);
  }
  if (options_.zero == ArenaZero::on_reset) zero(own->block, own->block + own->block_bytes);
  subtract(figures_.own_block_count, 1);
  used_before_bytes_ -= own->block_bytes;
  set_position(position());
  MemoryBudget::Lease lease = std::move(own->lease);
  std::destroy_at(own);
  give_back_upstream(own, size_bytes);
}

}  // namespace redzone
