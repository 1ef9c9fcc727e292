#include "heap/scope_state.hpp"

#include <algorithm>

#include "heap/counting.hpp"

namespace redzone::heap {

std::atomic<std::uint64_t> active_scopes{0};
std::atomic<std::uint64_t> explaining_scopes{0};
std::atomic<std::uint64_t> only_scope{kManyScopes};
std::atomic<std::uint64_t> current_epoch{0};
std::atomic<std::uint64_t> oldest_open_epoch{kNoEpoch};
ScopeHead scope_heads[kScopesMax];
Scope::State ScopeTable::states[kScopesMax];

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

template <class Field>
std::uint64_t sum_of(const Scope::State& scope, Field field) {
  if (scope.head().owner != nullptr) return (scope.head().owner->*field).load(kRelaxed);
  std::uint64_t sum = 0;
  for (std::uint32_t i = 0; i < slot_count(); ++i) sum += (thread_slots[i].*field).load(kRelaxed);
  return sum;
}

// The share of a slot in the scope, or null when the slot has not touched it.
const ScopeShare* share_of(const ThreadSlot& slot, const Scope::State& scope) {
  const ScopeShare& share = slot.shares[scope.index];
  const std::uint64_t epoch = scope.head().begin_epoch.load(std::memory_order_acquire);
  return share.scope_epoch.load(std::memory_order_acquire) == epoch ? &share : nullptr;
}

template <class Action>
void for_each_share(const Scope::State& scope, Action action) {
  if (scope.head().owner != nullptr) {
    const ThreadSlot& slot = *scope.head().owner;
    if (const ScopeShare* share = share_of(slot, scope)) action(slot, *share);
    return;
  }
  for (std::uint32_t i = 0; i < slot_count(); ++i) {
    const ThreadSlot& slot = thread_slots[i];
    if (const ScopeShare* share = share_of(slot, scope)) action(slot, *share);
  }
}

// The highest moment that this thread has a part in, when `others` is what the others hold now.
std::int64_t highest_moment_of(const Scope::State& scope, const ThreadSlot& slot,
                               const ScopeShare& share, std::int64_t others) {
  const std::int64_t highest = share.highest_bytes.load(kRelaxed);
  const bool was_alone =
      scope.head().owner == nullptr && slot.told_above_bytes.load(kRelaxed) == kToldAtOnce;
  // It was at its highest before the others counted. What it holds beside them is in the sum that
  // everybody takes, and whoever tells after it finds it there.
  return (was_alone ? scope.solitude_bytes : others) + highest;
}

std::uint64_t not_negative(std::int64_t value) {
  return value < 0 ? 0 : static_cast<std::uint64_t>(value);
}

}  // namespace

std::uint64_t allocation_count_of(const Scope::State& scope) {
  return sum_of(scope, &ThreadSlot::allocation_count) - scope.begin_allocation_count;
}

std::uint64_t requested_bytes_of(const Scope::State& scope) {
  return sum_of(scope, &ThreadSlot::requested_bytes) - scope.begin_requested_bytes;
}

std::int64_t live_bytes_of(const Scope::State& scope) {
  std::int64_t live_bytes = scope.live_bytes.load(kRelaxed);
  for_each_share(scope, [&live_bytes](const ThreadSlot&, const ScopeShare& share) {
    live_bytes += share.live_bytes.load(kRelaxed);
  });
  return live_bytes;
}

void raise_largest(ScopeHead& scope, std::uint64_t size_bytes) {
  std::uint64_t seen = scope.largest_bytes.load(kRelaxed);
  while (seen < size_bytes &&
         !scope.largest_bytes.compare_exchange_weak(seen, size_bytes, kRelaxed)) {
  }
}

void flush(ThreadSlot& slot, Scope::State& scope) {
  ScopeShare& share = slot.shares[scope.index];
  SpinGuard guard(scope.lock);
  if (share.scope_epoch.load(kRelaxed) != scope.head().begin_epoch.load(kRelaxed)) return;
  const std::int64_t own_bytes = share.live_bytes.load(kRelaxed);
  const std::int64_t peak_bytes =
      highest_moment_of(scope, slot, share, live_bytes_of(scope) - own_bytes);
  if (peak_bytes > scope.peak_bytes.load(kRelaxed)) scope.peak_bytes.store(peak_bytes, kRelaxed);
  add(scope.live_bytes, own_bytes);
  add(scope.live_blocks, share.live_blocks.load(kRelaxed));
  share.live_bytes.store(0, kRelaxed);
  share.live_blocks.store(0, kRelaxed);
  share.highest_bytes.store(0, kRelaxed);
}

void flush_at(ThreadSlot& slot, std::uint64_t index) {
  if (slot.told_above_bytes.load(std::memory_order_acquire) != kToldAtOnce) {
    flush(slot, scope_at(static_cast<std::uint32_t>(index)));
    return;
  }
  for_each_scope(active_scopes.load(), [&slot](Scope::State& scope) { flush(slot, scope); });
  slot.told_above_bytes.store(kToldUsually, std::memory_order_release);
}

void remember_solitude() {
  for (std::uint32_t i = 0; i < kScopesMax; ++i) {
    Scope::State& scope = scope_at(i);
    SpinGuard guard(scope.lock);
    scope.solitude_bytes = scope.live_bytes.load(kRelaxed);
  }
}

Figures counted_figures_of(Scope::State& scope) {
  Figures figures;
  if (scope.has_no_thread) return figures;
  figures.allocation_count = allocation_count_of(scope);
  figures.requested_bytes = requested_bytes_of(scope);
  figures.largest_bytes = scope.head().largest_bytes.load(kRelaxed);
  if (scope.has_lost_blocks.load(kRelaxed)) return figures;
  SpinGuard guard(scope.lock);
  std::int64_t live_bytes = scope.live_bytes.load(kRelaxed);
  std::int64_t live_blocks = scope.live_blocks.load(kRelaxed);
  for_each_share(scope, [&](const ThreadSlot&, const ScopeShare& share) {
    live_bytes += share.live_bytes.load(kRelaxed);
    live_blocks += share.live_blocks.load(kRelaxed);
  });
  std::int64_t peak_bytes = scope.peak_bytes.load(kRelaxed);
  for_each_share(scope, [&](const ThreadSlot& slot, const ScopeShare& share) {
    const std::int64_t others = live_bytes - share.live_bytes.load(kRelaxed);
    peak_bytes = std::max(peak_bytes, highest_moment_of(scope, slot, share, others));
  });
  figures.live_block_count = not_negative(live_blocks);
  figures.live_bytes = not_negative(live_bytes);
  figures.peak_bytes = not_negative(peak_bytes > live_bytes ? peak_bytes : live_bytes);
  return figures;
}

}  // namespace redzone::heap
