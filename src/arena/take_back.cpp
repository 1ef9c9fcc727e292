// What goes out of use: by rewind, reset, release and trim, and at the end of a scope.

#include <algorithm>
#include <memory>
#include <utility>

#include "arena/detectors.hpp"
#include "arena/figure.hpp"
#include "arena/slots.hpp"
#include "arena/zero.hpp"
#include "redzone/arena/bump_arena.hpp"
#include "redzone/arena/scope.hpp"
#include "redzone/base/check.hpp"

namespace redzone {

namespace {

void make_dirty(ArenaChunk& chunk, std::uintptr_t begin, std::uintptr_t end) {
  if (chunk.dirty_begin >= chunk.dirty_end) {
    chunk.dirty_begin = begin;
    chunk.dirty_end = end;
  } else {
    chunk.dirty_begin = std::min(chunk.dirty_begin, begin);
    chunk.dirty_end = std::max(chunk.dirty_end, end);
  }
}

}  // namespace

Status BumpArena::may_take_back(std::uint32_t scopes_open) const {
  const bool is_closed = closed_with_ != ArenaCode{};
  if (!is_open() && !is_closed) return fail(refusal());
  if (scopes_open_ > scopes_open) {
    return fail(make_refusal(ArenaCode::scope_open).with_value(scopes_open_));
  }
  if (is_closed) return fail(refusal());
  return {};
}

// The current chunk stands at `target` from now on, and [begin, end), which ends where it stood,
// holds nothing that anybody may see.
void BumpArena::forget(std::uintptr_t begin, std::uintptr_t end, std::uintptr_t target) {
  if (begin != end) {
    if (options_.zero == ArenaZero::on_reset) {
      if (is_watched_) show(begin, end - begin);
      zero(begin, end);
      if (is_watched_) hide(begin, end - begin);
      chunk_->dirty_begin = std::max(chunk_->dirty_begin, end);
    } else {
      make_dirty(*chunk_, begin, end);
    }
  }
  set_position(target);
}

void BumpArena::take_back_current(std::uintptr_t target) {
  const std::uintptr_t stands = position();
  REDZONE_DCHECK(chunk_->begin <= target && target <= stands);
  if (target == stands) return;
  if (is_watched_) take_back(pool_, target, stands);
  forget(target, stands, target);
}

void BumpArena::run_destructors(const ArenaDestructor* until) {
  if (destructors_ == until) return;
  const bool was_busy = set_busy(true);
  while (destructors_ != until) {
    const ArenaDestructor* destructor = std::exchange(destructors_, destructors_->previous);
    destructor->destroy(destructor->object);
  }
  static_cast<void>(set_busy(was_busy));
}

// The block is not resized any more, nor taken back by itself: its destructor will run.
void BumpArena::register_destructor(void* block, void* object, void (*destroy)(void*) noexcept) {
  destructors_ =
      std::construct_at(static_cast<ArenaDestructor*>(block), destructors_, object, destroy);
  floor_ = position();
}

// A mark that holds. A chunk may have been trimmed since, which was then the first and empty.
void BumpArena::take_back_to(const ArenaMark& mark) {
  run_destructors(mark.destructor_);
  note_high_water();
  while (own_blocks_ != mark.own_block_) drop_own_block();
  const bool leaves_chunks = chunk_number_ > mark.chunk_number_;
  while (chunk_number_ > mark.chunk_number_) {
    take_back_current(chunk_->begin);
    keep_spare(leave_current());
  }
  if (chunk_ != nullptr && chunk_number_ == mark.chunk_number_) {
    take_back_current(chunk_->begin + mark.chunk_bytes_);
  }
  if (!leaves_chunks) return;
  keep_spare_bytes(options_.retained_bytes_max);
  if (chunk_ == nullptr && spare_ != nullptr) {
    make_current(std::exchange(spare_, spare_->previous));
  }
}

// Of what is left, a chunk is current if there is one: the caller's buffer, or the largest.
void BumpArena::take_back_all(std::uint64_t retained_bytes) {
  run_destructors(nullptr);
  note_high_water();
  while (own_blocks_ != nullptr) drop_own_block();
  const bool has_one_chunk =
      chunk_number_ == 1 && spare_ == nullptr && chunk_->size_bytes() <= retained_bytes;
  if (has_one_chunk) {
    take_back_current(chunk_->begin);
  } else {
    while (chunk_ != nullptr) {
      take_back_current(chunk_->begin);
      if (chunk_ == &buffer_) break;
      keep_spare(leave_current());
    }
    keep_spare_bytes(retained_bytes);
    if (chunk_ == nullptr && spare_ != nullptr) {
      make_current(std::exchange(spare_, spare_->previous));
    }
  }
  floor_ = 0;
  history_.end_from(0);
  set(figures_.block_count, 0);
  set(figures_.padding_bytes, 0);
}

// What most resets find: blocks in one chunk, which is kept, and nothing else. The window is open,
// so that nobody looks on, and none of the reasons to refuse holds.
bool BumpArena::is_plain() const {
  if (cursor_.load(std::memory_order_relaxed) == 0 || chunk_number_ != 1 || scopes_open_ != 0 ||
      destructors_ != nullptr || own_blocks_ != nullptr || history_.has_mark()) {
    return false;
  }
  if (chunk_ == &buffer_) return spare_ == nullptr;
  const std::uint64_t size_bytes = chunk_->size_bytes();
  return value_of(figures_.held_bytes) - buffer_.size_bytes() <= options_.retained_bytes_max &&
         (spare_ == nullptr || spare_->size_bytes() <= size_bytes);
}

// As reset(), where the arena is_plain().
void BumpArena::take_back_plain() {
  const std::uintptr_t stands = cursor_.load(std::memory_order_relaxed);
  ArenaChunk& chunk = *chunk_;
  raise_to(figures_.high_water_bytes, stands - chunk.begin);
  if (stands != chunk.begin) {
    if (options_.zero == ArenaZero::on_reset) {
      zero(chunk.begin, stands);
      chunk.dirty_begin = std::max(chunk.dirty_begin, stands);
    } else {
      make_dirty(chunk, chunk.begin, stands);
    }
    clean_from_ = chunk.clean_from();
    cursor_.store(chunk.begin, std::memory_order_relaxed);
    position_ = chunk.begin;
  }
  floor_ = 0;
  add(figures_.reset_count, 1);
  if (slot_.told.overflow_count != value_of(figures_.overflow_count) ||
      slot_.told.failure_count != value_of(figures_.failure_count)) {
    publish();
    return;
  }
  set(figures_.used_told_bytes, 0);
  tell_slot_of_reset(slot_);
}

Status BumpArena::reset() {
  if (is_plain()) [[likely]] {
    take_back_plain();
    return {};
  }
  if (const Status may = may_take_back(0); !may) return may;
  take_back_all(options_.retained_bytes_max);
  add(figures_.reset_count, 1);
  publish();
  return {};
}

Status BumpArena::release() {
  if (const Status may = may_take_back(0); !may) return may;
  take_back_all(0);
  publish();
  return {};
}

void BumpArena::close() { close_with(ArenaCode::closed); }

void BumpArena::close_with(ArenaCode code) {
  REDZONE_CHECK(scopes_open_ == 0);
  REDZONE_CHECK(!is_busy_);
  if (closed_with_ != ArenaCode{}) return;
  is_sealed_ = false;
  take_back_all(0);
  closed_with_ = code;
  set_position(position());
  publish();
}

std::uint64_t BumpArena::trim(std::uint64_t retained_bytes) {
  if (is_busy_ || closed_with_ != ArenaCode{}) return 0;
  // The first chunk is one that no block is in, too, if it is empty. A later one is not given back:
  // a mark may stand at its beginning.
  const bool is_empty = chunk_number_ == 1 && chunk_ != &buffer_ && position() == chunk_->begin;
  if (is_empty) keep_spare(leave_current());
  const std::uint64_t given_bytes = keep_spare_bytes(retained_bytes);
  if (is_empty && spare_ != nullptr) make_current(std::exchange(spare_, spare_->previous));
  publish();
  return given_bytes;
}

ArenaMark BumpArena::stand() const {
  ArenaMark mark;
  mark.arena_ = identity_;
  mark.serial_ = history_.next_serial();
  mark.chunk_number_ = chunk_number_;
  mark.chunk_bytes_ = chunk_ == nullptr ? 0 : position() - chunk_->begin;
  mark.own_block_ = own_blocks_;
  mark.destructor_ = destructors_;
  mark.scopes_open_ = scopes_open_;
  return mark;
}

ArenaMark BumpArena::mark() {
  const ArenaMark mark = stand();
  history_.begin_mark();
  floor_ = position();
  return mark;
}

Status BumpArena::rewind(const ArenaMark& mark) {
  if (mark.arena_ != identity_ || !history_.holds(mark.serial_)) {
    return fail(make_refusal(ArenaCode::mark_stale));
  }
  if (const Status may = may_take_back(mark.scopes_open_); !may) return may;
  take_back_to(mark);
  history_.end_from(mark.serial_ + 1);
  floor_ = position();
  publish();
  return {};
}

void BumpArena::begin_scope(ArenaMark& mark, std::uintptr_t& floor, std::uint32_t& depth) {
  REDZONE_CHECK(scopes_open_ < kArenaScopesMax);
  mark = stand();
  floor = floor_;
  depth = ++scopes_open_;
  floor_ = position();
}

void BumpArena::end_scope(const ArenaMark& mark, std::uintptr_t floor, std::uint32_t depth) {
  REDZONE_CHECK(scopes_open_ == depth);
  REDZONE_CHECK(!is_sealed_);
  const bool is_in_one_chunk = chunk_number_ == mark.chunk_number_ && chunk_ != nullptr &&
                               own_blocks_ == mark.own_block_ && destructors_ == mark.destructor_;
  if (is_in_one_chunk) {
    note_high_water();
    take_back_current(chunk_->begin + mark.chunk_bytes_);
  } else {
    take_back_to(mark);
    publish();
  }
  history_.end_from(mark.serial_);
  floor_ = std::min(floor, position());  // the chunk may have been trimmed
  --scopes_open_;
}

ArenaScope::ArenaScope(BumpArena& arena) : arena_(arena) {
  arena_.begin_scope(mark_, floor_, depth_);
}

ArenaScope::~ArenaScope() { arena_.end_scope(mark_, floor_, depth_); }

}  // namespace redzone
