#pragma once
// The counters of each thread. A thread writes its own slot only, so that threads do not wait for
// each other; whoever asks adds the slots up. Slots are given back when their thread ends, and
// their counts stay, because only differences of the sums are ever used.

#include <atomic>
#include <cstdint>

#include "heap/spin_lock.hpp"
#include "heap/thread_state.hpp"
#include "redzone/heap/limits.hpp"

namespace redzone::heap {

// What one thread has changed in one open scope and has not added to the scope yet.
struct ScopeShare {
  // The epoch at which the scope began; any other value: this is left over from another scope.
  std::atomic<std::uint64_t> scope_epoch{0};
  std::atomic<std::int64_t> live_bytes{0};
  std::atomic<std::int64_t> live_blocks{0};
  std::atomic<std::int64_t> highest_bytes{0};  // of live_bytes, >= 0
};

struct alignas(128) ThreadSlot {
  std::atomic<std::uint64_t> allocation_count{0};
  std::atomic<std::uint64_t> requested_bytes{0};
  // A share is added to its scope when its live bytes are above this, or below the negative of it.
  std::atomic<std::int64_t> told_above_bytes{0};
  std::atomic<std::uint32_t> is_taken{0};
  bool is_shared = false;  // by the threads that got none of their own; lock before writing
  std::uint16_t index = 0;
  SpinLock lock;
  ScopeShare shares[kScopesMax];
};

// The first of all is the shared one, so that a sum over those in use never leaves it out.
inline constexpr std::uint32_t kSharedSlot = 0;
inline constexpr std::uint32_t kFirstSlot = kSharedSlot + 1;
inline constexpr std::uint32_t kSlots = kThreadsMax + 1;

// Too many bytes for the TLS block of each thread, and they have to outlive it.
extern ThreadSlot thread_slots[kSlots];
// Every slot that was ever in use has an index below this.
extern std::atomic<std::uint32_t> used_slot_count;
inline std::uint32_t slot_count() { return used_slot_count.load(std::memory_order_acquire); }

// What told_above_bytes is. A thread that counts alone, in the first slot, never tells: its highest
// moment is that of the process. When another one comes, the first tells at once, which is when it
// counts for the next time; until then its highest moment was before the others counted.
inline constexpr std::int64_t kToldUsually = kThreadSlackBytes;
inline constexpr std::int64_t kToldNever = INT64_MAX / 2;
inline constexpr std::int64_t kToldAtOnce = -kToldNever;

// Before a thread counts that is not in the first slot.
void end_solitude();

// For a thread that has none yet.
ThreadSlot& find_slot();
// That of this thread; the shared one where there are too many threads, or this one has ended.
inline ThreadSlot& slot_of_this_thread() {
  ThreadSlot* slot = thread_state.slot;
  return __builtin_expect(slot != nullptr, 1) ? *slot : find_slot();
}

// Called with a slot whose thread has ended, before somebody else gets it, and when a thread that
// was alone is no more, before the second one counts.
void set_slot_events(void (*retired)(ThreadSlot& slot), void (*joined)());
// Once, before the first slot is taken: what tells that a thread ends.
void prepare_thread_ends();
// In the child after fork: only the calling thread is there.
void retire_slots_of_other_threads();

}  // namespace redzone::heap
