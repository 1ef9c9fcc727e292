// What resizes blocks and takes them back, and what looks at them.

#include <algorithm>
#include <string>
#include <utility>

#include "redzone/arena/errors.hpp"
#include "tests/support/arena_bytes.hpp"
#include "tests/support/arena_model.hpp"

namespace redzone::tests {

namespace {

constexpr std::size_t kMarksMax = 8;
constexpr std::size_t kScopesMax = 6;

constexpr std::uintptr_t up_to(std::uintptr_t value, std::uintptr_t alignment) {
  return (value + alignment - 1) & ~(alignment - 1);
}

}  // namespace

// From within the arena's own work: nothing may be asked of it now.
void ArenaModel::destroyed(std::uint64_t id) {
  destroyed_.push_back(id);
  const auto is_busy = [this](const Error& error) {
    mismatch_.expect(error.code == error_code(ArenaCode::busy),
                     "an arena that destroys is " + std::string(arena_error_name(error.code)));
  };
  const Result<void*> block = arena_->try_allocate(8, 8);
  ++figures_.failure_count;
  if (mismatch_.expect(!block, "an arena that destroys hands out a block")) is_busy(block.error());
  const Status reset = arena_->reset();
  if (mismatch_.expect(!reset, "an arena that destroys is reset")) is_busy(reset.error());
  const Status release = arena_->release();
  if (mismatch_.expect(!release, "an arena that destroys is released")) is_busy(release.error());
  if (!marks_.empty() && !marks_.front().is_stale && !marks_.front().may_be_stale) {
    const Status rewind = arena_->rewind(marks_.front().mark);
    if (mismatch_.expect(!rewind, "an arena that destroys is rewound")) is_busy(rewind.error());
  }
}

void ArenaModel::took_back(std::uint64_t first_id) {
  learn_memories();
  const auto first = std::find_if(blocks_.begin(), blocks_.end(),
                                  [&](const Block& block) { return block.id >= first_id; });
  std::vector<std::uint64_t> expected;
  for (auto block = blocks_.end(); block != first;) {
    --block;
    if (block->is_object) expected.push_back(block->id);
  }
  mismatch_.expect(destroyed_ == expected,
                   "destructors ran " + std::to_string(destroyed_.size()) + " times, expected " +
                       std::to_string(expected.size()) + " in the reverse order");
  destroyed_.clear();
  for (auto block = first; block != blocks_.end(); ++block) {
    check_dropped(block->address, block->size_bytes);
  }
  blocks_.erase(first, blocks_.end());
}

void ArenaModel::check_dropped(std::uintptr_t begin, std::size_t size_bytes) {
  if (shape_.options.zero != ArenaZero::on_reset || !can_look_at_dropped_bytes()) return;
  for (const auto& [start, memory] : memories_) {
    if (begin < memory.begin || begin >= memory.end) continue;
    mismatch_.expect(has_no_user_byte(begin, size_bytes, false), "what was taken back is not zero");
  }
}

bool ArenaModel::judge(const Status& status, bool may_succeed, std::span<const ArenaCode> reasons) {
  if (status) {
    mismatch_.expect(may_succeed, "it succeeds although it must not");
    return true;
  }
  const bool named = std::any_of(reasons.begin(), reasons.end(), [&](ArenaCode code) {
    return status.error().code == error_code(code);
  });
  mismatch_.expect(named, "it fails as " + std::string(arena_error_name(status.error().code)) +
                              " for no such reason");
  if (status.error().code == error_code(ArenaCode::scope_open)) {
    mismatch_.expect_equal(status.error().value, scopes_.size(), "the count in SCOPE_OPEN");
  }
  return false;
}

std::vector<ArenaCode> ArenaModel::reasons_against(bool with_scopes) const {
  std::vector<ArenaCode> reasons;
  if (closed_) reasons.push_back(ArenaCode::closed);
  if (sealed_) reasons.push_back(ArenaCode::sealed);
  if (with_scopes && !scopes_.empty()) reasons.push_back(ArenaCode::scope_open);
  return reasons;
}

ArenaModel::Mark ArenaModel::mark_now() {
  Mark mark;
  mark.mark = arena_->mark();
  mark.next_id = next_id_;
  mark.serial = next_serial_++;
  mark.memories = memories_;
  mark.current = current_;
  mark.live_count = blocks_.size();
  marked_id_ = next_id_;
  return mark;
}

void ArenaModel::take_mark() {
  if (marks_.size() == kMarksMax) marks_.erase(marks_.begin());
  marks_.push_back(mark_now());
}

// Marks that were taken after one that the arena has gone back to. Where no block came between,
// both mean the same, and the arena need not tell them apart.
void ArenaModel::end_marks(const Mark& back_to) {
  for (Mark& mark : marks_) {
    if (mark.serial <= back_to.serial) continue;
    if (mark.live_count == back_to.live_count) {
      mark.may_be_stale = true;
    } else {
      mark.is_stale = true;
    }
  }
}

void ArenaModel::end_all_marks() {
  for (Mark& mark : marks_) mark.is_stale = true;
}

void ArenaModel::restore(const Mark& mark) {
  for (auto& [begin, memory] : memories_) {
    if (memory.is_own) continue;
    const auto found = mark.memories.find(begin);
    const bool was_there = found != mark.memories.end();
    memory.position = was_there ? found->second.position : memory.begin;
    memory.is_passed = was_there && found->second.is_passed;
    memory.may_be_passed = was_there && found->second.may_be_passed;
  }
  current_ = memories_.contains(mark.current) ? mark.current : 0;
}

void ArenaModel::rewind(std::size_t which) {
  if (marks_.empty()) return;
  const Mark mark = marks_[which % marks_.size()];
  std::vector<ArenaCode> reasons = reasons_against(false);
  bool may_succeed = reasons.empty() && !mark.is_stale;
  if (mark.is_stale || mark.may_be_stale) reasons.push_back(ArenaCode::mark_stale);
  for (const Scope& scope : scopes_) {
    if (scope.mark.serial <= mark.serial) continue;
    reasons.push_back(ArenaCode::scope_open);
    if (scope.mark.live_count != mark.live_count) may_succeed = false;
  }
  if (!judge(arena_->rewind(mark.mark), may_succeed, reasons)) return;
  took_back(mark.next_id);
  restore(mark);
  end_marks(mark);
}

void ArenaModel::open_scope() {
  if (sealed_ || closed_ || scopes_.size() == kScopesMax) return;
  Mark mark = mark_now();
  scopes_.push_back({std::make_unique<ArenaScope>(*arena_), std::move(mark)});
}

void ArenaModel::close_scope() {
  if (scopes_.empty()) return;
  if (sealed_) seal(false);
  const Mark mark = scopes_.back().mark;
  scopes_.back().scope.reset();
  scopes_.pop_back();
  took_back(mark.next_id);
  restore(mark);
  end_marks(mark);
}

// The memory that is left is empty; which chunk comes next is the arena's business.
void ArenaModel::start_anew() {
  end_all_marks();
  for (auto& [begin, memory] : memories_) {
    memory.position = memory.begin;
    memory.is_passed = memory.may_be_passed = false;
  }
  current_ = memories_.size() == 1 ? memories_.begin()->first : 0;
  figures_.block_count = figures_.padding_bytes = 0;
}

std::uint64_t ArenaModel::held_from_upstream() const {
  std::uint64_t held = 0;
  for (const auto& [begin, memory] : memories_) {
    if (!memory.is_buffer) held += memory.end - begin;  // with its header
  }
  return held;
}

void ArenaModel::reset() {
  const std::vector<ArenaCode> reasons = reasons_against(true);
  if (!judge(arena_->reset(), reasons.empty(), reasons)) return;
  ++figures_.reset_count;
  took_back(0);
  start_anew();
  for (const auto& [begin, memory] : memories_) {
    mismatch_.expect(!memory.is_own, "reset keeps the memory of a block of its own");
  }
  mismatch_.expect(held_from_upstream() <= shape_.options.retained_bytes_max,
                   "reset keeps more than retained_bytes_max");
}

void ArenaModel::release() {
  const std::vector<ArenaCode> reasons = reasons_against(true);
  if (!judge(arena_->release(), reasons.empty(), reasons)) return;
  took_back(0);
  start_anew();
  mismatch_.expect_equal(held_from_upstream(), 0, "what release leaves of upstream's memory");
}

void ArenaModel::trim(std::uint64_t retained_bytes) {
  const std::uint64_t before = held_from_upstream();
  const std::uint64_t given = arena_->trim(retained_bytes);
  learn_memories();
  mismatch_.expect_equal(given, before - held_from_upstream(), "what trim says that it gave back");
  // Of chunks without a block the arena may take another first.
  const Memory* const first = current();
  if (first != nullptr && !first->is_buffer && first->position == first->begin) {
    const auto forget = [&](Mark& mark) {
      if (mark.current != current_) return;
      const auto then = mark.memories.find(current_);
      if (then != mark.memories.end() && then->second.position == first->begin) mark.current = 0;
    };
    for (Mark& mark : marks_) forget(mark);
    for (Scope& scope : scopes_) forget(scope.mark);
    current_ = 0;
  }
  std::uint64_t spare = 0;
  for (const auto& [begin, memory] : memories_) {
    const bool is_used = std::any_of(blocks_.begin(), blocks_.end(), [&](const Block& block) {
      return block.address >= memory.begin && block.address < memory.end;
    });
    if (!is_used && !memory.is_buffer && begin != current_ && !memory.is_passed &&
        !memory.may_be_passed) {
      spare += memory.end - begin;
    }
  }
  mismatch_.expect(closed_ || current_ == 0 || spare <= retained_bytes,
                   "trim leaves more than it was told to");
}

void ArenaModel::seal(bool sealed) {
  if (closed_) return;
  if (sealed) {
    arena_->seal();
  } else {
    arena_->unseal();
  }
  sealed_ = sealed;
}

void ArenaModel::close() {
  if (!scopes_.empty()) return;
  arena_->close();
  took_back(0);
  start_anew();
  closed_ = true;
  mismatch_.expect_equal(held_from_upstream(), 0, "what close leaves of upstream's memory");
}

void ArenaModel::resize(std::size_t back, std::size_t new_bytes) {
  if (blocks_.empty()) return;
  const std::size_t index = blocks_.size() - 1 - back % blocks_.size();
  Block& block = blocks_[index];
  if (block.is_object) return;
  const bool shrinks = new_bytes <= block.size_bytes;
  const Memory* const memory = current();
  const bool is_last =
      memory != nullptr && block.address >= memory->begin && block.address < memory->end &&
      up_to(block.address + block.size_bytes, kArenaAlignmentMin) == memory->position;
  // A mark or a scope that began after the block takes back what comes later, and nothing of it.
  bool is_marked = false;
  for (const Mark& mark : marks_) is_marked |= mark.next_id > block.id && !mark.is_stale;
  for (const Scope& scope : scopes_) is_marked |= scope.mark.next_id > block.id;
  const bool has_room = shrinks || (memory != nullptr && new_bytes <= kArenaBlockBytesMax &&
                                    memory->end - block.address >= new_bytes);
  const bool done = shrinks
                        ? arena_->shrink_last(bytes_at(block.address), block.size_bytes, new_bytes)
                        : arena_->grow_last(bytes_at(block.address), block.size_bytes, new_bytes);
  if (position_known_) {
    const bool may = is_last && has_room && !is_marked && !sealed_ && !closed_;
    mismatch_.expect(may || !done, "a block is resized that must not be");
    const bool must = may && index + 1 == blocks_.size() && block.id >= marked_id_;
    mismatch_.expect(done || !must, "the last block is not resized although there is room");
  }
  if (done) judge_resized(index, new_bytes);
}

void ArenaModel::judge_resized(std::size_t index, std::size_t new_bytes) {
  Block& block = blocks_[index];
  const std::size_t old_bytes = block.size_bytes;
  mismatch_.expect(has_pattern(block.id, block.address, std::min(old_bytes, new_bytes)),
                   "a block that was resized has not kept what was in it");
  auto found = memories_.upper_bound(block.address);
  if (!mismatch_.expect(found != memories_.begin(), "a block grows outside its memory")) return;
  Memory& memory = (--found)->second;
  mismatch_.expect(!memory.is_own, "a block of its own is resized");
  if (new_bytes < old_bytes) {
    check_dropped(block.address + new_bytes, old_bytes - new_bytes);
  } else {
    if (!mismatch_.expect(new_bytes <= memory.end - block.address,
                          "a block grows out of its memory")) {
      return;
    }
    for (const Block& other : blocks_) {
      mismatch_.expect(other.id == block.id || other.address >= block.address + new_bytes ||
                           other.address + other.size_bytes <= block.address,
                       "a block grows into another");
    }
    if (mismatch_.found()) return;
    if (shape_.options.zero == ArenaZero::on_reset && can_look_at_dropped_bytes()) {
      mismatch_.expect(has_no_user_byte(block.address + old_bytes, new_bytes - old_bytes, true),
                       "a block grows over what an earlier user wrote");
    }
    write_pattern(block.id, block.address, old_bytes, new_bytes);
  }
  memory.position = up_to(block.address + new_bytes, kArenaAlignmentMin);
  if (arenas_are_watched() && new_bytes > 0) {
    memory.position += up_to(shape_.options.red_zone_bytes, kArenaAlignmentMin);
  }
  block.size_bytes = new_bytes;
  note_used();
  if (new_bytes == 0) blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(index));
}

void ArenaModel::check_blocks() {
  for (const Block& block : blocks_) {
    if (!block.is_object) {
      mismatch_.expect(has_pattern(block.id, block.address, block.size_bytes),
                       "a block is not what was written to it");
    }
    mismatch_.expect(arena_->owns(bytes_at(block.address)), "the arena does not own its block");
  }
}

void ArenaModel::check_owns(std::uint64_t random) {
  int local = 0;
  mismatch_.expect(!arena_->owns(&local) && !arena_->owns(nullptr), "the arena owns the stack");
  for (const auto& [begin, memory] : memories_) {
    if (!memory.is_buffer) {
      mismatch_.expect(!arena_->owns(bytes_at(begin)), "the arena has handed out a header");
    }
    if (position_known_ && !memory.is_own && memory.position < memory.end) {
      const std::uintptr_t free_bytes = memory.end - memory.position;
      mismatch_.expect(!arena_->owns(bytes_at(memory.position + random % free_bytes)),
                       "the arena owns what it has not handed out");
    }
  }
  if (blocks_.empty()) return;
  const Block& block = blocks_[random % blocks_.size()];
  mismatch_.expect(arena_->owns(bytes_at(block.address + block.size_bytes - 1)),
                   "the arena does not own the end of its block");
}

std::uint64_t ArenaModel::used_bytes() const {
  std::uint64_t used = 0;
  for (const auto& [begin, memory] : memories_) {
    used += memory.position - memory.begin;
  }
  return used;
}

// With the headers of upstream's memory, and what the arena can use of the buffer.
std::uint64_t ArenaModel::held_bytes() const {
  std::uint64_t held = 0;
  for (const auto& [begin, memory] : memories_) {
    held += memory.end - (memory.is_buffer ? memory.begin : begin);
  }
  return held;
}

void ArenaModel::check_stats() {
  const ArenaStats stats = arena_->stats();
  mismatch_.expect_equal(stats.held_bytes, held_bytes(), "held_bytes");
  mismatch_.expect(stats.held_bytes <= stats.held_high_water_bytes, "more is held than ever was");
  mismatch_.expect(stats.used_bytes <= stats.high_water_bytes, "more is used than ever was");
  const auto own_count = static_cast<std::uint64_t>(std::count_if(
      memories_.begin(), memories_.end(), [](const auto& entry) { return entry.second.is_own; }));
  mismatch_.expect_equal(stats.own_block_count, own_count, "own_block_count");
  mismatch_.expect_equal(stats.chunk_count, memories_.size() - own_count, "chunk_count");
  std::uint64_t live = 0;
  for (const Block& block : blocks_) live += block.size_bytes;
  mismatch_.expect(stats.used_bytes >= live, "less is used than the blocks have");
  mismatch_.expect_equal(stats.reset_count, figures_.reset_count, "reset_count");
  mismatch_.expect_equal(stats.failure_count, figures_.failure_count, "failure_count");
  const bool counts = shape_.options.counts_blocks || arenas_are_watched();
  mismatch_.expect(
      stats.block_count.has_value() == counts && stats.padding_bytes.has_value() == counts,
      "blocks are counted, or not, against the options");
  if (counts) mismatch_.expect_equal(*stats.block_count, figures_.block_count, "block_count");
  if (!position_known_) return;
  mismatch_.expect_equal(stats.used_bytes, used_bytes(), "used_bytes");
  mismatch_.expect_equal(stats.high_water_bytes, figures_.high_water_bytes, "high_water_bytes");
  if (figures_.overflow_is_known) {
    mismatch_.expect_equal(stats.overflow_count, figures_.overflow_count, "overflow_count");
  }
  if (counts) mismatch_.expect_equal(*stats.padding_bytes, figures_.padding_bytes, "padding_bytes");
}

void ArenaModel::note_used() {
  figures_.high_water_bytes = std::max(figures_.high_water_bytes, used_bytes());
}

// What is moved comes with its blocks, marks, budget and upstream; the other stays usable.
void ArenaModel::take_over(ArenaModel& other, bool by_assignment) {
  if (&other == this || has_scope() || other.has_scope() || closed_ || other.closed_ ||
      shape_.is_fixed != other.shape_.is_fixed) {
    return;
  }
  seal(false);
  other.seal(false);
  if (by_assignment) {
    if (shape_.is_fixed) {
      *fixed_ = std::move(*other.fixed_);
    } else {
      *growing_ = std::move(*other.growing_);
    }
    took_back(0);
    check_buffer();
  } else {
    end_arena();
    if (other.shape_.is_fixed) {
      fixed_ = std::make_unique<FixedArena>(std::move(*other.fixed_));
      arena_ = fixed_.get();
    } else {
      growing_ = std::make_unique<Arena>(std::move(*other.growing_));
      arena_ = growing_.get();
    }
  }
  shape_ = other.shape_;
  buffer_memory_ = std::exchange(other.buffer_memory_, nullptr);
  buffer_ = std::exchange(other.buffer_, {});
  blocks_ = std::exchange(other.blocks_, {});
  memories_ = std::exchange(other.memories_, {});
  marks_ = std::exchange(other.marks_, {});
  current_ = std::exchange(other.current_, 0);
  figures_ = std::exchange(other.figures_, {});
  next_id_ = other.next_id_;
  next_serial_ = other.next_serial_;
  marked_id_ = other.marked_id_;
  adopt_objects();
}

}  // namespace redzone::tests
