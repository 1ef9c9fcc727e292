// Blocks: where they are placed, and why one is refused.

#include "redzone/arena/bump_arena.hpp"

#include <bit>
#include <cstring>

#include "arena/align.hpp"
#include "arena/detectors.hpp"
#include "arena/figure.hpp"
#include "arena/panic.hpp"
#include "redzone/base/check.hpp"

namespace redzone {

Error BumpArena::make_refusal(ArenaCode code) const {
  return make_error(code).with_field(options_.name);
}

Error BumpArena::refusal() const {
  if (closed_with_ != ArenaCode{}) return make_refusal(closed_with_);
  return make_refusal(is_busy_ ? ArenaCode::busy : ArenaCode::sealed);
}

Result<void*> BumpArena::allocate_out_of_line(std::size_t size_bytes, std::size_t alignment) {
  return allocate_checked(size_bytes, alignment, false);
}

Result<void*> BumpArena::allocate_zeroed_out_of_line(std::size_t size_bytes,
                                                     std::size_t alignment) {
  return allocate_checked(size_bytes, alignment, true);
}

void* BumpArena::allocate_by_policy(std::size_t size_bytes, std::size_t alignment) {
  const Result<void*> block = allocate_checked(size_bytes, alignment, false);
  if (block) return *block;
  last_error_ = block.error();
  if (options_.overflow == ArenaOverflow::panic) panic(last_error_, size_bytes, alignment);
  return nullptr;
}

Result<void*> BumpArena::allocate_array(std::size_t count, std::size_t each_bytes,
                                        std::size_t alignment, bool is_zeroed) {
  const std::size_t count_max = kArenaBlockBytesMax / each_bytes;
  if (count > count_max) {
    add(figures_.failure_count, 1);
    return fail(make_refusal(ArenaCode::count_too_large).with_value(count).with_limit(count_max));
  }
  const std::size_t size_bytes = count * each_bytes;
  return is_zeroed ? allocate_zeroed(size_bytes, alignment) : try_allocate(size_bytes, alignment);
}

Result<void*> BumpArena::allocate_checked(std::size_t size_bytes, std::size_t alignment,
                                          bool is_zeroed) {
  const auto refuse = [this](const Error& error) {
    add(figures_.failure_count, 1);
    return fail(error);
  };
  if (!std::has_single_bit(alignment)) {
    return refuse(make_refusal(ArenaCode::alignment_not_power_of_two).with_value(alignment));
  }
  if (size_bytes > kArenaBlockBytesMax) {
    return refuse(make_refusal(ArenaCode::size_too_large)
                      .with_value(size_bytes)
                      .with_limit(kArenaBlockBytesMax));
  }
  if (!is_open()) return refuse(refusal());
  const Request request{.size_bytes = size_bytes == 0 ? 1 : size_bytes,
                        .alignment = alignment,
                        .is_zeroed = is_zeroed};
  if (chunk_ != nullptr && chunk_->has_room(position(), request.size_bytes, alignment)) {
    return pointer_to(place(request));
  }
  const Result<std::uintptr_t> block = grow(request);
  if (!block) return refuse(block.error());
  return pointer_to(*block);
}

// Where the arena stands behind a block that fits the current chunk: a red zone that does not is
// cut, because behind a chunk stands somebody else's.
std::uintptr_t BumpArena::end_of_block(std::uintptr_t block, std::size_t size_bytes) const {
  const std::uintptr_t end = block + rounded(size_bytes);
  return end + std::min<std::uint64_t>(red_zone_bytes_, chunk_->end - end);
}

// What [block, block + size_bytes) of the current chunk has of what is not known to be zero.
void BumpArena::clear(void* block, std::size_t size_bytes) const {
  const auto begin = reinterpret_cast<std::uintptr_t>(block);
  const std::uintptr_t dirty_begin = std::max(begin, chunk_->dirty_begin);
  const std::uintptr_t dirty_end = std::min(begin + size_bytes, chunk_->dirty_end);
  if (dirty_begin >= dirty_end) return;
  std::memset(pointer_to(dirty_begin), 0, dirty_end - dirty_begin);
}

std::uintptr_t BumpArena::place(const Request& request) {
  const std::uintptr_t stands = position();
  REDZONE_CHECK(chunk_->has_room(stands, request.size_bytes, request.alignment));
  const std::uint64_t padding = padding_to(stands, request.alignment);
  const std::uintptr_t block = stands + padding;
  // A detector takes a block as a whole for written, or for not written.
  const bool is_clean = block >= clean_from_;
  if (is_watched_) hand_out(pool_, block, request.size_bytes, request.is_zeroed && is_clean);
  if (request.is_zeroed && !is_clean) {
    if (is_watched_) {
      std::memset(pointer_to(block), 0, request.size_bytes);
    } else {
      clear(pointer_to(block), request.size_bytes);
    }
  }
  set_position(end_of_block(block, request.size_bytes));
  count_block(padding + rounded(request.size_bytes) - request.size_bytes);
  return block;
}

void BumpArena::count_block(std::uint64_t padding_bytes) {
  if (!is_watched_ && !options_.counts_blocks) return;
  add(figures_.block_count, 1);
  add(figures_.padding_bytes, padding_bytes);
}

bool BumpArena::is_last(std::uintptr_t block, std::size_t size_bytes) const {
  if (chunk_ == nullptr || block < chunk_->begin || block < floor_ || block >= position()) {
    return false;
  }
  // A block before the last ends, with its red zone, below the last one's begin.
  return size_bytes <= position() - block && end_of_block(block, size_bytes) == position();
}

bool BumpArena::grow_out_of_line(void* block, std::size_t old_bytes, std::size_t new_bytes) {
  const auto begin = reinterpret_cast<std::uintptr_t>(block);
  const std::size_t old_size = std::max<std::size_t>(old_bytes, 1);
  const std::size_t new_size = std::max<std::size_t>(new_bytes, 1);
  if (!is_open() || !is_last(begin, old_size) || new_size < old_size) return false;
  if (new_size > chunk_->end - begin) return false;
  if (is_watched_) resize(pool_, begin, old_size, new_size);
  set_position(end_of_block(begin, new_size));
  return true;
}

bool BumpArena::shrink_out_of_line(void* block, std::size_t old_bytes, std::size_t new_bytes) {
  const auto begin = reinterpret_cast<std::uintptr_t>(block);
  const std::size_t old_size = std::max<std::size_t>(old_bytes, 1);
  if (!is_open() || !is_last(begin, old_size) || new_bytes > old_size) return false;
  note_high_water();
  if (is_watched_) resize(pool_, begin, old_size, new_bytes);
  forget(begin + new_bytes, position(), new_bytes == 0 ? begin : end_of_block(begin, new_bytes));
  return true;
}

}  // namespace redzone
