// The window that the inline path hands out from, and the figure that follows from it.

#include "redzone/arena/bump_arena.hpp"

namespace redzone {

namespace {

// A reader that met a change again and again has what was true when it was last published.
constexpr int kReadsMax = 64;

}  // namespace

// Whoever reads used_bytes() from another thread adds two values that belong together: one store
// suffices where one of them changes, else the version is odd meanwhile.
void BumpArena::set_position(std::uintptr_t position) {
  std::uintptr_t cursor = 0;
  std::uintptr_t limit = 0;
  std::uint64_t offset = used_before_bytes_;
  if (chunk_ != nullptr) {
    const bool is_window_allowed = !is_watched_ && !options_.counts_blocks && is_open();
    limit = is_window_allowed ? chunk_->end & ~(kArenaInlineAlignmentMax - 1) : 0;
    if (position < limit && limit <= kArenaInlineEndMax) {
      cursor = position;
      offset -= chunk_->begin;
    } else {
      limit = 0;
      offset += position - chunk_->begin;
    }
  }
  position_ = position;
  clean_from_ = chunk_ != nullptr ? chunk_->clean_from() : 0;
  limit_ = limit;
  const std::uint64_t offset_before = figures_.used_offset.load(std::memory_order_relaxed);
  if (offset == offset_before || cursor == cursor_.load(std::memory_order_relaxed)) {
    figures_.used_offset.store(offset, std::memory_order_relaxed);
    cursor_.store(cursor, std::memory_order_relaxed);
    return;
  }
  const std::uint32_t version = version_.load(std::memory_order_relaxed);
  version_.store(version + 1, std::memory_order_relaxed);
  figures_.used_offset.store(offset, std::memory_order_release);
  cursor_.store(cursor, std::memory_order_release);
  version_.store(version + 2, std::memory_order_release);
}

std::uint64_t BumpArena::used_bytes() const {
  for (int read = 0; read < kReadsMax; ++read) {
    const std::uint32_t version = version_.load(std::memory_order_acquire);
    const std::uint64_t offset = figures_.used_offset.load(std::memory_order_acquire);
    const std::uintptr_t cursor = cursor_.load(std::memory_order_acquire);
    if (version % 2 == 0 && version_.load(std::memory_order_relaxed) == version) {
      return cursor + offset;
    }
  }
  return figures_.used_told_bytes.load(std::memory_order_relaxed);
}

bool BumpArena::set_busy(bool is_busy) {
  const bool was_busy = is_busy_;
  const std::uintptr_t stands = position();
  is_busy_ = is_busy;
  set_position(stands);
  return was_busy;
}

void BumpArena::seal() {
  const std::uintptr_t stands = position();
  is_sealed_ = true;
  set_position(stands);
}

void BumpArena::unseal() {
  const std::uintptr_t stands = position();
  is_sealed_ = false;
  set_position(stands);
}

}  // namespace redzone
