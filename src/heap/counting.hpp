#pragma once
// The path that every counted allocation takes, inline in the interposer: a few nanoseconds.

#include <cstdint>

#include "heap/scope_state.hpp"
#include "heap/thread_slots.hpp"

namespace redzone::heap {

struct RecordedBlock {
  std::uint64_t size_bytes = 0;
  std::uint64_t epoch = 0;   // see scope_state.hpp
  std::uint16_t owner = 0;   // index of the slot of the thread that allocated it
  bool is_followed = false;  // in the table of blocks
};

// Only the slot's own thread, or the holder of its lock, writes: no atomic addition is needed.
template <class Number>
inline void add(std::atomic<Number>& counter, Number value) {
  counter.store(counter.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
}

// Locks the slot that several threads share; nothing for a slot of one's own.
class SharedSlotLock {
 public:
  explicit SharedSlotLock(ThreadSlot& slot) : slot_(slot) {
    if (__builtin_expect(!slot_.is_shared, 1)) return;
    end_solitude();
    slot_.lock.lock();
  }
  SharedSlotLock(const SharedSlotLock&) = delete;
  SharedSlotLock& operator=(const SharedSlotLock&) = delete;
  ~SharedSlotLock() {
    if (__builtin_expect(slot_.is_shared, 0)) slot_.lock.unlock();
  }

 private:
  ThreadSlot& slot_;
};

// The slot's share in a scope, emptied when it is left over from another.
[[gnu::always_inline]] inline ScopeShare& share_in(ThreadSlot& slot, std::uint64_t index,
                                                   std::uint64_t scope_epoch) {
  ScopeShare& share = slot.shares[index];
  if (__builtin_expect(share.scope_epoch.load(std::memory_order_relaxed) != scope_epoch, 0) != 0) {
    share.live_bytes.store(0, std::memory_order_relaxed);
    share.live_blocks.store(0, std::memory_order_relaxed);
    share.highest_bytes.store(0, std::memory_order_relaxed);
    share.scope_epoch.store(scope_epoch, std::memory_order_release);  // last: others read it first
  }
  return share;
}

// After an allocation and after a free; each moves live_bytes in one direction only.
[[gnu::always_inline]] inline bool is_much(const ThreadSlot& slot, std::int64_t live_bytes) {
  const std::int64_t limit = slot.told_above_bytes.load(std::memory_order_relaxed);
  return __builtin_expect(live_bytes > limit, 0) != 0;
}
[[gnu::always_inline]] inline bool is_little(const ThreadSlot& slot, std::int64_t live_bytes) {
  const std::int64_t limit = slot.told_above_bytes.load(std::memory_order_relaxed);
  return __builtin_expect(live_bytes + limit < 0, 0) != 0;
}

// Numbers and not a block: what is passed on stays in registers.
[[gnu::always_inline]] inline void add_to_scope(std::uint64_t index, ThreadSlot& slot,
                                                std::uint64_t size_bytes, std::uint64_t epoch) {
  ScopeHead& scope = scope_heads[index];
  const std::uint64_t scope_epoch = scope.begin_epoch.load(std::memory_order_acquire);
  if (epoch < scope_epoch || (scope.owner != nullptr && scope.owner != &slot)) return;
  ScopeShare& share = share_in(slot, index, scope_epoch);
  add(share.live_blocks, std::int64_t{1});
  const std::int64_t live_bytes =
      share.live_bytes.load(std::memory_order_relaxed) + static_cast<std::int64_t>(size_bytes);
  share.live_bytes.store(live_bytes, std::memory_order_relaxed);
  if (live_bytes > share.highest_bytes.load(std::memory_order_relaxed)) {
    share.highest_bytes.store(live_bytes, std::memory_order_relaxed);
  }
  if (size_bytes > scope.largest_bytes.load(std::memory_order_relaxed)) {
    raise_largest(scope, size_bytes);
  }
  if (is_much(slot, live_bytes)) flush_at(slot, index);
}

[[gnu::always_inline]] inline void take_from_scope(std::uint64_t index, ThreadSlot& slot,
                                                   std::uint64_t size_bytes, std::uint64_t epoch,
                                                   std::uint16_t owner) {
  ScopeHead& scope = scope_heads[index];
  const std::uint64_t scope_epoch = scope.begin_epoch.load(std::memory_order_acquire);
  if (epoch < scope_epoch) return;
  if (scope.owner != nullptr && (scope.owner != &slot || owner != slot.index)) return;
  ScopeShare& share = share_in(slot, index, scope_epoch);
  add(share.live_blocks, std::int64_t{-1});
  const std::int64_t live_bytes =
      share.live_bytes.load(std::memory_order_relaxed) - static_cast<std::int64_t>(size_bytes);
  share.live_bytes.store(live_bytes, std::memory_order_relaxed);
  if (is_little(slot, live_bytes)) flush_at(slot, index);
}

// Counts a new block in the open scopes, whose bits are returned.
[[gnu::always_inline]] inline std::uint64_t count_allocation(ThreadSlot& slot,
                                                             std::uint64_t size_bytes,
                                                             std::uint64_t& block_epoch) {
  // The epoch first: see scope_state.hpp.
  const std::uint64_t epoch = current_epoch.load(std::memory_order_acquire);
  const std::uint64_t mask = active_scopes.load(std::memory_order_acquire);
  block_epoch = epoch;
  const SharedSlotLock lock(slot);
  add(slot.allocation_count, std::uint64_t{1});
  add(slot.requested_bytes, size_bytes);
  for_each_index(mask, [&](std::uint64_t index) __attribute__((always_inline)) {
    add_to_scope(index, slot, size_bytes, epoch);
  });
  return mask;
}

// Takes a block away again from the scopes that it belongs to.
[[gnu::always_inline]] inline void count_free(const RecordedBlock& block) {
  const std::uint64_t size_bytes = block.size_bytes;
  const std::uint64_t epoch = block.epoch;
  const std::uint16_t owner = block.owner;
  ThreadSlot& slot = slot_of_this_thread();
  const std::uint64_t mask = active_scopes.load(std::memory_order_acquire);
  const SharedSlotLock lock(slot);
  for_each_index(mask, [&](std::uint64_t index) __attribute__((always_inline)) {
    take_from_scope(index, slot, size_bytes, epoch, owner);
  });
}

}  // namespace redzone::heap
