#include "arena/slots.hpp"

#include <pthread.h>

#include <atomic>

namespace redzone {

struct alignas(128) ArenaSlot {
  enum class State : std::uint32_t {
    free,
    live,
    // Of a thread that the process has no more: it was in another one when this one was forked. Its
    // arena is neither used nor ended, and the slot is not free until it is.
    dead,
  };

  std::atomic<State> state{State::free};
  std::atomic<std::uint64_t> thread{0};  // that told last
  std::atomic<std::uint64_t> used_bytes{0};
  std::atomic<std::uint64_t> held_bytes{0};
  std::atomic<std::uint64_t> chunk_count{0};
  // Of every arena that had this slot.
  std::atomic<std::uint64_t> reset_count{0};
  std::atomic<std::uint64_t> overflow_count{0};
  std::atomic<std::uint64_t> failure_count{0};
};

namespace {

// The first is shared by those who find no other.
constinit ArenaSlot slots[kArenaSlotsMax + 1];
constinit std::atomic<std::uint64_t> shared_count{0};
constinit std::atomic<std::size_t> slots_ever_used{1};
constinit std::atomic<bool> fork_is_watched{false};

std::uint64_t this_thread() { return static_cast<std::uint64_t>(pthread_self()); }

// In the child of fork(), which has one thread.
void forget_other_threads() {
  const std::uint64_t own = this_thread();
  const std::size_t count = slots_ever_used.load(std::memory_order_relaxed);
  for (std::size_t index = 1; index < count; ++index) {
    ArenaSlot& slot = slots[index];
    if (slot.state.load(std::memory_order_relaxed) == ArenaSlot::State::live &&
        slot.thread.load(std::memory_order_relaxed) != own) {
      slot.state.store(ArenaSlot::State::dead, std::memory_order_relaxed);
    }
  }
}

void note_use(std::size_t count) {
  std::size_t seen = slots_ever_used.load(std::memory_order_relaxed);
  while (seen < count &&
         !slots_ever_used.compare_exchange_weak(seen, count, std::memory_order_relaxed)) {
  }
}

void change(std::atomic<std::uint64_t>& figure, std::uint64_t before, std::uint64_t now,
            bool is_shared) {
  if (before == now) return;
  const std::uint64_t difference = now - before;  // modulo 2^64
  if (is_shared) {
    figure.fetch_add(difference, std::memory_order_relaxed);
  } else {
    figure.store(figure.load(std::memory_order_relaxed) + difference, std::memory_order_relaxed);
  }
}

// The arena's thread is this one now, and it is alive.
void note_thread(ArenaSlot& slot) {
  const std::uint64_t thread = this_thread();
  if (slot.thread.load(std::memory_order_relaxed) != thread) {
    slot.thread.store(thread, std::memory_order_relaxed);
  }
  if (slot.state.load(std::memory_order_relaxed) == ArenaSlot::State::dead) {
    slot.state.store(ArenaSlot::State::live, std::memory_order_relaxed);
  }
}

}  // namespace

ArenaSlotUse begin_slot() {
  if (!fork_is_watched.load(std::memory_order_relaxed) &&
      !fork_is_watched.exchange(true, std::memory_order_relaxed)) {
    // Fails without memory only; the totals of a child then have its parent's other threads.
    static_cast<void>(pthread_atfork(nullptr, nullptr, forget_other_threads));
  }
  for (std::size_t index = 1; index <= kArenaSlotsMax; ++index) {
    ArenaSlot& slot = slots[index];
    ArenaSlot::State expected = ArenaSlot::State::free;
    if (slot.state.load(std::memory_order_relaxed) != expected) continue;
    // What the slot's last arena stored is before what this one will.
    if (slot.state.compare_exchange_strong(expected, ArenaSlot::State::live,
                                           std::memory_order_acquire, std::memory_order_relaxed)) {
      slot.thread.store(this_thread(), std::memory_order_relaxed);
      note_use(index + 1);
      return {.slot = &slot, .told = {}};
    }
  }
  shared_count.fetch_add(1, std::memory_order_relaxed);
  return {.slot = &slots[0], .told = {}};
}

void tell_slot(ArenaSlotUse& use, const ArenaTotals& now) {
  ArenaSlot& slot = *use.slot;
  const bool is_shared = &slot == &slots[0];
  change(slot.used_bytes, use.told.used_bytes, now.used_bytes, is_shared);
  change(slot.held_bytes, use.told.held_bytes, now.held_bytes, is_shared);
  change(slot.chunk_count, use.told.chunk_count, now.chunk_count, is_shared);
  change(slot.reset_count, use.told.reset_count, now.reset_count, is_shared);
  change(slot.overflow_count, use.told.overflow_count, now.overflow_count, is_shared);
  change(slot.failure_count, use.told.failure_count, now.failure_count, is_shared);
  use.told = now;
  if (!is_shared) note_thread(slot);
}

void tell_slot_of_reset(ArenaSlotUse& use) {
  ArenaSlot& slot = *use.slot;
  const bool is_shared = &slot == &slots[0];
  change(slot.used_bytes, use.told.used_bytes, 0, is_shared);
  change(slot.reset_count, use.told.reset_count, use.told.reset_count + 1, is_shared);
  use.told.used_bytes = 0;
  ++use.told.reset_count;
  if (!is_shared) note_thread(slot);
}

void end_slot(ArenaSlotUse& use) {
  ArenaTotals last = use.told;
  last.used_bytes = 0;
  last.held_bytes = 0;
  last.chunk_count = 0;
  tell_slot(use, last);
  if (use.slot == &slots[0]) {
    shared_count.fetch_sub(1, std::memory_order_relaxed);
  } else {
    use.slot->state.store(ArenaSlot::State::free, std::memory_order_release);
  }
  use = {};
}

ArenaTotals arena_totals() {
  ArenaTotals totals;
  totals.arena_count = shared_count.load(std::memory_order_relaxed);
  const std::size_t count = slots_ever_used.load(std::memory_order_relaxed);
  for (std::size_t index = 0; index < count; ++index) {
    const ArenaSlot& slot = slots[index];
    const ArenaSlot::State state = slot.state.load(std::memory_order_relaxed);
    totals.reset_count += slot.reset_count.load(std::memory_order_relaxed);
    totals.overflow_count += slot.overflow_count.load(std::memory_order_relaxed);
    totals.failure_count += slot.failure_count.load(std::memory_order_relaxed);
    if (index != 0 && state != ArenaSlot::State::live) continue;
    if (index != 0) ++totals.arena_count;
    totals.used_bytes += slot.used_bytes.load(std::memory_order_relaxed);
    totals.held_bytes += slot.held_bytes.load(std::memory_order_relaxed);
    totals.chunk_count += slot.chunk_count.load(std::memory_order_relaxed);
  }
  return totals;
}

}  // namespace redzone
