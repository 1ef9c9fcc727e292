#include "heap/thread_slots.hpp"

#include <pthread.h>

namespace redzone::heap {

ThreadSlot thread_slots[kSlots];
std::atomic<std::uint32_t> used_slot_count{kSharedSlot + 1};

namespace {

std::atomic<void (*)(ThreadSlot&)> on_retired{nullptr};
std::atomic<void (*)()> on_joined{nullptr};
SpinLock solitude_lock;
pthread_key_t end_of_thread;
std::atomic<bool> has_key{false};

ThreadSlot& shared_slot() {
  ThreadSlot& slot = thread_slots[kSharedSlot];
  slot.index = kSharedSlot;
  slot.is_shared = true;
  slot.told_above_bytes.store(kToldUsually, std::memory_order_relaxed);
  return slot;
}

void retire(ThreadSlot& slot) {
  if (auto* retired = on_retired.load(std::memory_order_acquire)) retired(slot);
  slot.told_above_bytes.store(kToldUsually, std::memory_order_relaxed);
  slot.is_taken.store(0, std::memory_order_release);
}

// Destructors that run after this one still allocate: those count into the shared slot.
void thread_ends(void*) {
  thread_state.has_ended = true;
  ThreadSlot* slot = thread_state.slot;
  thread_state.own_slot = nullptr;
  thread_state.slot = &shared_slot();
  if (slot != nullptr && !slot->is_shared) retire(*slot);
}

void raise_used_count(std::uint32_t count) {
  std::uint32_t seen = used_slot_count.load();
  while (seen < count && !used_slot_count.compare_exchange_weak(seen, count)) {
  }
}

// Of two threads that take their slots at the same time, one sees the other.
void begin_to_count(ThreadSlot& slot) {
  const bool is_first = slot.index == kFirstSlot;
  slot.told_above_bytes.store(is_first ? kToldNever : kToldUsually);
  raise_used_count(slot.index + 1U);
  if (!is_first) {
    end_solitude();
  } else if (used_slot_count.load() != kFirstSlot + 1) {
    slot.told_above_bytes.store(kToldUsually);
  }
}

ThreadSlot& take_slot() {
  for (std::uint32_t i = kFirstSlot; i < kSlots; ++i) {
    std::uint32_t free = 0;
    if (thread_slots[i].is_taken.load(std::memory_order_relaxed) != 0 ||
        !thread_slots[i].is_taken.compare_exchange_strong(free, 1, std::memory_order_acquire)) {
      continue;
    }
    thread_slots[i].index = static_cast<std::uint16_t>(i);
    begin_to_count(thread_slots[i]);
    return thread_slots[i];
  }
  return shared_slot();
}

}  // namespace

void end_solitude() {
  ThreadSlot& first = thread_slots[kFirstSlot];
  if (first.told_above_bytes.load() != kToldNever) return;
  const SpinGuard guard(solitude_lock);
  if (first.told_above_bytes.load() != kToldNever) return;
  if (auto* joined = on_joined.load(std::memory_order_acquire)) joined();
  first.told_above_bytes.store(kToldAtOnce);  // last: others that come wait until then
}

ThreadSlot& find_slot() {
  // Without a key nothing tells when the thread ends, and its slot would never be given back.
  if (thread_state.has_ended || !has_key.load(std::memory_order_acquire)) return shared_slot();
  ThreadSlot& slot = take_slot();
  thread_state.slot = &slot;
  if (!slot.is_shared) {
    thread_state.own_slot = &slot;
    const Unwatched unwatched;  // glibc allocates for keys beyond the first 32
    pthread_setspecific(end_of_thread, &slot);
  }
  return slot;
}

void set_slot_events(void (*retired)(ThreadSlot& slot), void (*joined)()) {
  on_retired.store(retired, std::memory_order_release);
  on_joined.store(joined, std::memory_order_release);
}

void prepare_thread_ends() {
  if (has_key.load(std::memory_order_acquire)) return;
  const Unwatched unwatched;
  if (pthread_key_create(&end_of_thread, thread_ends) == 0) has_key.store(true);
}

void retire_slots_of_other_threads() {
  const ThreadSlot* own = thread_state.slot;
  solitude_lock.reset();
  for (std::uint32_t i = 0; i < slot_count(); ++i) {
    thread_slots[i].lock.reset();
    if (&thread_slots[i] != own && thread_slots[i].is_taken.load(std::memory_order_relaxed) != 0) {
      retire(thread_slots[i]);
    }
  }
}

}  // namespace redzone::heap
