// An arena begins, moves and ends.

#include <atomic>
#include <utility>

#include "arena/align.hpp"
#include "arena/detectors.hpp"
#include "arena/figure.hpp"
#include "arena/slots.hpp"
#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/base/check.hpp"

namespace redzone {

namespace {

constinit std::atomic<std::uint64_t> next_identity{1};

}  // namespace

BumpArena::BumpArena(std::span<std::byte> buffer, MemoryBudget* budget, const ArenaOptions& options)
    : budget_(budget), options_(options) {
  REDZONE_CHECK(check_arena_options(options));
  begin();
  if (buffer.empty()) return;
  const auto first = reinterpret_cast<std::uintptr_t>(buffer.data());
  // Nothing wraps: the padding is compared with what there is.
  const std::uint64_t padding = padding_to(first, kArenaAlignmentMin);
  if (padding >= buffer.size()) return;
  const std::uint64_t usable = align_down(buffer.size() - padding, kArenaAlignmentMin);
  if (usable == 0) return;
  buffer_.begin = first + padding;
  buffer_.end = buffer_.begin + usable;
  buffer_.position = buffer_.begin;
  buffer_.dirty_begin = buffer_.begin;
  buffer_.dirty_end = buffer_.end;
  if (is_watched_) hide(buffer_.begin, usable);
  count_held(usable, 0);
  add(figures_.chunk_count, 1);
  make_current(&buffer_);
}

BumpArena::BumpArena(BumpArena&& other) noexcept { take_over(other); }

BumpArena& BumpArena::operator=(BumpArena&& other) noexcept {
  if (this != &other) {
    end();
    take_over(other);
  }
  return *this;
}

BumpArena::~BumpArena() { end(); }

void BumpArena::begin() {
  is_watched_ = is_watched();
  red_zone_bytes_ = is_watched_ ? rounded(options_.red_zone_bytes) : 0;
  pool_ = is_watched_ && budget_ != nullptr ? begin_watching() : nullptr;
  slot_ = begin_slot();
  identity_ = next_identity.fetch_add(1, std::memory_order_relaxed);
}

void BumpArena::end() {
  REDZONE_CHECK(scopes_open_ == 0);
  REDZONE_CHECK(!is_busy_);
  is_sealed_ = false;
  take_back_all(0);
  publish();
  end_slot(slot_);
  if (!is_watched_) return;
  if (chunk_ == &buffer_) show(buffer_.begin, buffer_.end - buffer_.begin);
  end_watching(pool_);
}

void BumpArena::Figures::take_over(Figures& other) {
  constexpr Figure Figures::* kAll[] = {
      &Figures::used_offset,     &Figures::used_told_bytes, &Figures::high_water_bytes,
      &Figures::held_bytes,      &Figures::chunk_count,     &Figures::held_high_water_bytes,
      &Figures::own_block_count, &Figures::reset_count,     &Figures::overflow_count,
      &Figures::failure_count,   &Figures::wasted_bytes,    &Figures::block_count,
      &Figures::padding_bytes};
  static_assert(sizeof kAll / sizeof kAll[0] == sizeof(Figures) / sizeof(Figure));
  for (Figure Figures::* figure : kAll) {
    set(this->*figure, value_of(other.*figure));
    set(other.*figure, 0);
  }
}

// This arena has nothing; the other one has nothing afterwards, and begins anew.
void BumpArena::take_over(BumpArena& other) {
  REDZONE_CHECK(other.scopes_open_ == 0);
  REDZONE_CHECK(!other.is_busy_);
  options_ = other.options_;
  budget_ = other.budget_;
  is_watched_ = other.is_watched_;
  red_zone_bytes_ = other.red_zone_bytes_;
  closed_with_ = other.closed_with_;
  is_sealed_ = std::exchange(other.is_sealed_, false);
  const std::uintptr_t stands = other.position();
  buffer_ = std::exchange(other.buffer_, ArenaChunk{});
  chunk_ = std::exchange(other.chunk_, nullptr);
  // The buffer is the first chunk, and a member: it has a new address.
  for (ArenaChunk** link = &chunk_; *link != nullptr; link = &(*link)->previous) {
    if (*link == &other.buffer_) *link = &buffer_;
  }
  own_blocks_ = std::exchange(other.own_blocks_, nullptr);
  destructors_ = std::exchange(other.destructors_, nullptr);
  spare_ = std::exchange(other.spare_, nullptr);
  chunk_number_ = std::exchange(other.chunk_number_, 0);
  used_before_bytes_ = std::exchange(other.used_before_bytes_, 0);
  chunk_bytes_last_ = std::exchange(other.chunk_bytes_last_, 0);
  floor_ = std::exchange(other.floor_, 0);
  pool_ = other.pool_;
  slot_ = other.slot_;
  identity_ = other.identity_;
  history_ = std::exchange(other.history_, ArenaMarkHistory{});
  last_error_ = std::exchange(other.last_error_, Error{});
  figures_.take_over(other.figures_);
  set_position(stands);
  other.set_position(0);
  other.begin();
}

Arena::Arena(MemoryBudget& budget, const ArenaOptions& options) : BumpArena({}, &budget, options) {}

Arena::Arena(std::span<std::byte> buffer, MemoryBudget& budget, const ArenaOptions& options)
    : BumpArena(buffer, &budget, options) {}

FixedArena::FixedArena(std::span<std::byte> buffer, const FixedArenaOptions& options)
    : BumpArena(buffer, nullptr,
                {.overflow = options.overflow,
                 .zero = options.zero,
                 .counts_blocks = options.counts_blocks,
                 .red_zone_bytes = options.red_zone_bytes,
                 .name = options.name}) {
  REDZONE_CHECK(options.overflow == ArenaOverflow::error ||
                options.overflow == ArenaOverflow::panic);
}

}  // namespace redzone
