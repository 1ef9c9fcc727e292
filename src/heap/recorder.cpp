#include "heap/recorder.hpp"

#include <cerrno>

#include "heap/block_table.hpp"
#include "heap/explanation.hpp"
#include "heap/scope_state.hpp"
#include "heap/tables.hpp"
#include "heap/thread_slots.hpp"
#include "heap/thread_state.hpp"

namespace redzone::heap {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr auto kSlackBytes = static_cast<std::int64_t>(kThreadSlackBytes);

__thread std::uint32_t calls_while_unwatched __attribute__((tls_model("initial-exec"))) = 0;

// Only the slot's own thread, or the holder of its lock, writes: no atomic addition is needed.
template <class Number>
void add(std::atomic<Number>& counter, Number value) {
  counter.store(counter.load(kRelaxed) + value, kRelaxed);
}

// Locks the slot that several threads share; nothing for a slot of one's own.
class SharedSlotLock {
 public:
  explicit SharedSlotLock(ThreadSlot& slot) : slot_(slot) {
    if (slot_.is_shared) slot_.lock.lock();
  }
  SharedSlotLock(const SharedSlotLock&) = delete;
  SharedSlotLock& operator=(const SharedSlotLock&) = delete;
  ~SharedSlotLock() {
    if (slot_.is_shared) slot_.lock.unlock();
  }

 private:
  ThreadSlot& slot_;
};

ScopeShare& share_of(ThreadSlot& slot, std::uint32_t index, std::uint64_t scope_epoch) {
  ScopeShare& share = slot.shares[index];
  if (share.scope_epoch.load(kRelaxed) != scope_epoch) {
    share.live_bytes.store(0, kRelaxed);
    share.live_blocks.store(0, kRelaxed);
    share.highest_bytes.store(0, kRelaxed);
    share.scope_epoch.store(scope_epoch, kRelaxed);
  }
  return share;
}

void raise_to(std::atomic<std::uint64_t>& maximum, std::uint64_t value) {
  std::uint64_t seen = maximum.load(kRelaxed);
  while (seen < value && !maximum.compare_exchange_weak(seen, value, kRelaxed)) {
  }
}

void count_in(Scope::State& scope, ThreadSlot& slot, std::uint64_t epoch,
              std::uint64_t size_bytes) {
  const std::uint64_t scope_epoch = scope.begin_epoch.load(std::memory_order_acquire);
  if (epoch < scope_epoch || (scope.owner != nullptr && scope.owner != &slot)) return;
  ScopeShare& share = share_of(slot, scope.index, scope_epoch);
  add(share.live_blocks, std::int64_t{1});
  const std::int64_t live_bytes =
      share.live_bytes.load(kRelaxed) + static_cast<std::int64_t>(size_bytes);
  share.live_bytes.store(live_bytes, kRelaxed);
  if (live_bytes > share.highest_bytes.load(kRelaxed)) {
    share.highest_bytes.store(live_bytes, kRelaxed);
  }
  if (size_bytes > scope.largest_bytes.load(kRelaxed)) raise_to(scope.largest_bytes, size_bytes);
  if (live_bytes > kSlackBytes) flush(slot, scope);
}

}  // namespace

RecordedBlock record_allocation(std::uintptr_t address, std::size_t size_bytes,
                                bool follow_always) {
  RecordedBlock block;
  if (is_unwatched()) {
    ++calls_while_unwatched;
    return block;
  }
  ThreadSlot& slot = slot_of_this_thread();
  // The epoch first: see scope_state.hpp.
  block.epoch = current_epoch.load(std::memory_order_acquire);
  const std::uint64_t mask = active_scopes.load(std::memory_order_acquire);
  block.size_bytes = size_bytes;
  block.owner = slot.index;
  block.is_counted = true;
  {
    const SharedSlotLock lock(slot);
    add(slot.allocation_count, std::uint64_t{1});
    add(slot.requested_bytes, std::uint64_t{size_bytes});
    for_each_scope(mask,
                   [&](Scope::State& scope) { count_in(scope, slot, block.epoch, size_bytes); });
  }
  const std::uint64_t explaining = mask & explaining_scopes.load(kRelaxed);
  if (follow_always || explaining != 0) {
    const int saved_errno = errno;
    block.is_followed = explain_allocation(address, block, slot, explaining, follow_always);
    if (follow_always && !block.is_followed) {
      for_each_scope(mask,
                     [](Scope::State& scope) { scope.has_lost_blocks.store(true, kRelaxed); });
    }
    errno = saved_errno;
  }
  return block;
}

void record_free(const RecordedBlock& block) {
  ThreadSlot& slot = slot_of_this_thread();
  const std::uint64_t mask = active_scopes.load(std::memory_order_acquire);
  const SharedSlotLock lock(slot);
  for_each_scope(mask, [&](Scope::State& scope) {
    const std::uint64_t scope_epoch = scope.begin_epoch.load(std::memory_order_acquire);
    if (block.epoch < scope_epoch) return;
    if (scope.owner != nullptr && (scope.owner != &slot || block.owner != slot.index)) return;
    ScopeShare& share = share_of(slot, scope.index, scope_epoch);
    add(share.live_blocks, std::int64_t{-1});
    add(share.live_bytes, -static_cast<std::int64_t>(block.size_bytes));
    if (share.live_bytes.load(kRelaxed) < -kSlackBytes) flush(slot, scope);
  });
}

bool unfollow(std::uintptr_t address, FollowedBlock& followed) {
  return block_table.take(address, followed);
}

void follow_again(std::uintptr_t address, const FollowedBlock& followed) {
  block_table.insert(address, followed);
}

void on_sanitizer_malloc(const volatile void* address, std::size_t size_bytes) {
  if (active_scopes.load(kRelaxed) == 0 || address == nullptr) return;
  record_allocation(reinterpret_cast<std::uintptr_t>(address), size_bytes, true);
}

void on_sanitizer_free(const volatile void* address) {
  if (active_scopes.load(kRelaxed) == 0 || address == nullptr) return;
  FollowedBlock followed;
  if (!block_table.take(reinterpret_cast<std::uintptr_t>(address), followed)) return;
  RecordedBlock block;
  block.size_bytes = followed.size_bytes;
  block.epoch = followed.epoch;
  block.owner = followed.owner;
  record_free(block);
}

std::uint32_t unwatched_calls() { return calls_while_unwatched; }

}  // namespace redzone::heap
