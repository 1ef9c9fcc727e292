#pragma once
// The path of nearly every allocation: one scope is open, it only counts, and this thread has
// counted in it before. A call that is any different changes nothing here and is left to those who
// deal with every case, which is why nothing is written before all is known.
//
// What the conditions mean together: a share bears the epoch of a scope only after its thread has
// counted for that scope, so that the thread is one that may, and sees epochs from the scope's on.

#include <cstddef>
#include <cstdint>

#include "heap/counting.hpp"
#include "heap/scope_state.hpp"
#include "heap/thread_slots.hpp"
#include "heap/thread_state.hpp"
#include "heap/trailer.hpp"

namespace redzone::heap {

// The word before a block, of glibc's malloc, has been the same since 1996. A block of a chunk that
// is not mapped alone reaches over the first word of the next one.
struct ChunkWord {
  static constexpr std::size_t kIsMapped = 2;
  static constexpr std::size_t kFlags = 7;
  static constexpr std::size_t kTight = kTightUsableBytes + sizeof(std::size_t);

  explicit ChunkWord(const void* block) {
    __builtin_memcpy(&word, static_cast<const char*>(block) - sizeof(word), sizeof(word));
  }
  [[nodiscard]] bool is_mapped() const { return (word & kIsMapped) != 0; }
  [[nodiscard]] std::size_t chunk_bytes() const { return word & ~kFlags; }

  std::size_t word = 0;
};

// The figures of this thread in the only scope.
struct QuickScope {
  [[gnu::always_inline]] QuickScope(ThreadSlot& slot, std::uint64_t only)
      : head(*reinterpret_cast<ScopeHead*>(reinterpret_cast<char*>(scope_heads) + only)),
        share(*reinterpret_cast<ScopeShare*>(reinterpret_cast<char*>(slot.shares) + only)) {}

  ScopeHead& head;
  ScopeShare& share;
};

enum class Quick { no, done, much };  // much: done, and the share has to be told

[[gnu::always_inline]] inline Quick quick_allocation(void* block, std::uint64_t size_bytes) {
  ThreadSlot* const slot = thread_state.own_slot;
  const std::uint64_t epoch = current_epoch.load(std::memory_order_acquire);
  const std::uint64_t only = only_scope.load(std::memory_order_acquire);
  if (__builtin_expect(slot == nullptr || is_unwatched() || only == kManyScopes, 0)) {
    return Quick::no;
  }
  const QuickScope scope(*slot, only);
  const ChunkWord chunk(block);
  const std::uint64_t scope_epoch = scope.head.begin_epoch.load(std::memory_order_acquire);
  if (__builtin_expect(scope.share.scope_epoch.load(std::memory_order_relaxed) != scope_epoch, 0) ||
      __builtin_expect(size_bytes > scope.head.largest_bytes.load(std::memory_order_relaxed), 0) ||
      __builtin_expect(chunk.is_mapped(), 0)) {
    return Quick::no;
  }
  add(slot->allocation_count, std::uint64_t{1});
  add(slot->requested_bytes, size_bytes);
  add(scope.share.live_blocks, std::int64_t{1});
  const std::int64_t live_bytes = scope.share.live_bytes.load(std::memory_order_relaxed) +
                                  static_cast<std::int64_t>(size_bytes);
  scope.share.live_bytes.store(live_bytes, std::memory_order_relaxed);
  if (live_bytes > scope.share.highest_bytes.load(std::memory_order_relaxed)) {
    scope.share.highest_bytes.store(live_bytes, std::memory_order_relaxed);
  }
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  const std::size_t chunk_bytes = chunk.chunk_bytes();
  char* const end = static_cast<char*>(block) + chunk_bytes - sizeof(std::size_t);
  if (__builtin_expect(chunk_bytes == ChunkWord::kTight, 0)) {
    const std::uint64_t what = TrailerWords::tight_what(size_bytes, slot->index);
    const std::uint64_t word = TrailerWords::tight(address, what, epoch);
    if (size_bytes != 0) __builtin_memcpy(end - sizeof(word), &word, sizeof(word));
  } else {
    const std::uint64_t what = size_bytes | std::uint64_t{slot->index} << TrailerWords::kOwnerShift;
    const std::uint64_t sealed = TrailerWords::seal(address, what, epoch);
    __builtin_memcpy(end - kTrailerBytes, &what, sizeof(what));
    __builtin_memcpy(end - sizeof(sealed), &sealed, sizeof(sealed));
  }
  return is_much(*slot, live_bytes) ? Quick::much : Quick::done;
}

[[gnu::always_inline]] inline Quick quick_free(void* block) {
  ThreadSlot* const slot = thread_state.own_slot;
  const std::uint64_t only = only_scope.load(std::memory_order_acquire);
  const ChunkWord chunk(block);
  if (__builtin_expect(slot == nullptr || only == kManyScopes, 0) ||
      __builtin_expect(chunk.is_mapped(), 0)) {
    return Quick::no;
  }
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  const std::size_t chunk_bytes = chunk.chunk_bytes();
  char* const end = static_cast<char*>(block) + chunk_bytes - sizeof(std::size_t);
  const bool is_tight = __builtin_expect(chunk_bytes == ChunkWord::kTight, 0) != 0;
  std::uint64_t last = 0;
  std::uint64_t epoch = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t who = 0;
  __builtin_memcpy(&last, end - sizeof(last), sizeof(last));
  if (is_tight) {
    const std::uint64_t what = TrailerWords::tight_what_of(address, last);
    epoch = TrailerWords::tight_epoch_of(address, last);
    size_bytes = TrailerWords::tight_size_of(what);
    who = what >> TrailerWords::kTightOwnerShift;
  } else {
    std::uint64_t what = 0;
    __builtin_memcpy(&what, end - kTrailerBytes, sizeof(what));
    epoch = TrailerWords::epoch_of(address, what, last);
    size_bytes = what & TrailerWords::kSizeMask;
    who = what >> TrailerWords::kOwnerShift;
  }
  const QuickScope scope(*slot, only);
  const std::uint64_t scope_epoch = scope.head.begin_epoch.load(std::memory_order_acquire);
  const std::uint64_t age_max = current_epoch.load(std::memory_order_acquire) - scope_epoch;
  if (__builtin_expect(epoch - scope_epoch > age_max, 0) ||
      __builtin_expect(scope.share.scope_epoch.load(std::memory_order_relaxed) != scope_epoch, 0) ||
      __builtin_expect((who & TrailerWords::kFollowed) != 0, 0) ||
      __builtin_expect(scope.head.owner != nullptr && who != slot->index, 0)) {
    return Quick::no;
  }
  if (!is_tight) {
    const std::uint64_t nothing = 0;
    __builtin_memcpy(end - kTrailerBytes, &nothing, sizeof(nothing));
  }
  __builtin_memcpy(end - sizeof(address), &address, sizeof(address));
  add(scope.share.live_blocks, std::int64_t{-1});
  const std::int64_t live_bytes = scope.share.live_bytes.load(std::memory_order_relaxed) -
                                  static_cast<std::int64_t>(size_bytes);
  scope.share.live_bytes.store(live_bytes, std::memory_order_relaxed);
  return is_little(*slot, live_bytes) ? Quick::much : Quick::done;
}

}  // namespace redzone::heap
