#include "redzone/heap/scope.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "heap/scope_state.hpp"
#include "heap/tables.hpp"
#include "heap/thread_state.hpp"
#include "heap/valgrind_requests.hpp"

namespace redzone::heap {

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// Guards which slots of scopes are taken, and everything that changes when one opens or closes.
SpinLock scopes_lock;
std::uint64_t taken_scopes = 0;

[[noreturn]] void abort_too_many_scopes() {
  constexpr char kText[] =
      "redzone: more than 32 heap::Scope and heap::Phase are open at the same time\n"
      "Next step: look for scopes that are never destroyed\n";
  static_assert(kScopesMax == 32);
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, kText, sizeof(kText) - 1);
  std::abort();
}

void slot_retired(ThreadSlot& slot) {
  for_each_scope(active_scopes.load(), [&slot](Scope::State& scope) { flush(slot, scope); });
}

// The child has the forking thread only. Whoever held a lock is not there, and what they were
// writing is whole: tables link an entry last.
void child_after_fork() {
  scopes_lock.reset();
  reset_groups_lock();
  block_table.reset_locks();
  stack_table.reset_lock();
  for (std::uint32_t i = 0; i < kScopesMax; ++i) scope_at(i).lock.reset();
  retire_slots_of_other_threads();
}

void prepare_process() {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, [] {
    const Unwatched unwatched;
    set_slot_events(slot_retired, remember_solitude);
    prepare_thread_ends();
    pthread_atfork(nullptr, nullptr, child_after_fork);
  });
}

Scope::State& take_state() {
  SpinGuard guard(scopes_lock);
  for (std::uint32_t i = 0; i < kScopesMax; ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    if ((taken_scopes & bit) != 0) continue;
    taken_scopes |= bit;
    scope_at(i).index = i;
    return scope_at(i);
  }
  abort_too_many_scopes();
}

void reset(Scope::State& state) {
  state.head().owner = nullptr;
  state.has_no_thread = false;
  {
    SpinGuard guard(state.lock);
    state.live_bytes.store(0, kRelaxed);
    state.solitude_bytes = 0;
  }
  state.live_blocks.store(0, kRelaxed);
  state.peak_bytes.store(0, kRelaxed);
  state.head().largest_bytes.store(0, kRelaxed);
  state.has_lost_blocks.store(false, kRelaxed);
  state.crossed_peak.clear();
  state.crossed_largest.clear();
  state.crossed_count.clear();
  state.phase_event.clear();
  state.phase_count.store(0, kRelaxed);
  state.contributors.clear();
  state.leaks.clear();
  state.is_closed = false;
  state.begin_valgrind_bytes = 0;
  state.begin_valgrind_blocks = 0;
}

// Before an epoch begins whose scope is not alone.
void set_only_scope() {
  const std::uint64_t active = active_scopes.load(kRelaxed) & ~kProbeBit;
  const bool is_only = active != 0 && (active & (active - 1)) == 0 && explaining_scopes.load() == 0;
  const auto index = static_cast<std::uint64_t>(is_only ? __builtin_ctzll(active) : 0);
  only_scope.store(is_only ? index * sizeof(ScopeHead) : kManyScopes, std::memory_order_release);
}

void open(Scope::State& state) {
  SpinGuard guard(scopes_lock);
  state.begin_allocation_count = 0;
  state.begin_requested_bytes = 0;
  state.begin_allocation_count = allocation_count_of(state);
  state.begin_requested_bytes = requested_bytes_of(state);
  const std::uint64_t epoch = current_epoch.load(kRelaxed) + 1;
  const std::uint64_t bit = std::uint64_t{1} << state.index;
  state.head().begin_epoch.store(epoch, std::memory_order_release);
  if (state.is_explaining()) explaining_scopes.fetch_or(bit);
  if ((active_scopes.load(kRelaxed) & ~kProbeBit) == 0) oldest_open_epoch.store(epoch);
  active_scopes.fetch_or(bit);
  set_only_scope();
  current_epoch.store(epoch, std::memory_order_release);  // last: see scope_state.hpp
}

void close_counting(Scope::State& state, BackEnd back_end) {
  SpinGuard guard(scopes_lock);
  const std::uint64_t bit = std::uint64_t{1} << state.index;
  const std::uint64_t active = active_scopes.fetch_and(~bit) & ~bit & ~kProbeBit;
  const std::uint64_t explaining = explaining_scopes.fetch_and(~bit) & ~bit;
  set_only_scope();
  {
    // A flush that has seen this scope open ends before the place is used for another.
    SpinGuard flush_guard(state.lock);
    state.head().begin_epoch.store(kNoEpoch, std::memory_order_release);
  }
  std::uint64_t oldest = kNoEpoch;
  for_each_scope(active, [&oldest](Scope::State& scope) {
    oldest = std::min(oldest, scope.head().begin_epoch.load());
  });
  oldest_open_epoch.store(oldest);
  // The interposer follows blocks for those who explain, a sanitizer's hooks for everybody.
  const bool is_table_used = back_end == BackEnd::interposer ? explaining != 0 : active != 0;
  if (!is_table_used) block_table.clear();
  if (explaining == 0) stack_table.clear();
}

Figures figures_under_memcheck(const Scope::State& state) {
  Figures figures;
  if (state.options.who == Who::this_thread) return figures;
  const ValgrindLive live = valgrind_live();
  if (!live.is_known) return figures;
  const auto added = [](std::uint64_t now, std::uint64_t before) {
    return now > before ? now - before : 0;
  };
  figures.live_bytes = added(live.bytes, state.begin_valgrind_bytes);
  figures.live_block_count = added(live.blocks, state.begin_valgrind_blocks);
  return figures;
}

Figures figures_of(Scope::State& state) {
  switch (back_end()) {
    case BackEnd::interposer:
    case BackEnd::sanitizer_hooks:
      return counted_figures_of(state);
    case BackEnd::valgrind:
      return figures_under_memcheck(state);
    case BackEnd::none:
      break;
  }
  return Figures();
}

}  // namespace

Scope::Scope(const ScopeOptions& options) : Scope(options, nullptr, false) {}

Scope::Scope(const ScopeOptions& options, const char* phase_name, bool phase_aborts) {
  prepare_process();
  const BackEnd chosen = back_end();
  const Unwatched unwatched;
  state_ = &take_state();
  reset(*state_);
  state_->options = options;
  state_->phase_name = phase_name;
  state_->phase_action = phase_aborts ? OnAllocation::abort : OnAllocation::count;
  if (options.who == Who::this_thread) {
    state_->head().owner = &slot_of_this_thread();
    state_->has_no_thread = state_->head().owner->is_shared;
  }
  // The same samples each time that one thread runs the same code.
  if (state_->explains_peak()) thread_state.sample_state = 0;
  if (chosen == BackEnd::sanitizer_hooks) block_table.reserve();
  if (chosen == BackEnd::valgrind && options.who == Who::process) {
    const ValgrindLive live = valgrind_live();
    state_->begin_valgrind_bytes = live.bytes;
    state_->begin_valgrind_blocks = live.blocks;
  }
  open(*state_);
}

Scope::~Scope() {
  close();
  SpinGuard guard(scopes_lock);
  taken_scopes &= ~(std::uint64_t{1} << state_->index);
}

Figures Scope::figures() const {
  return state_->is_closed ? state_->closed_figures : figures_of(*state_);
}

void Scope::close() {
  if (state_->is_closed) return;
  const Unwatched unwatched;
  state_->closed_figures = figures_of(*state_);
  if (state_->options.record_blocks) group_blocks(*state_, /*sampled=*/false, state_->leaks);
  close_counting(*state_, back_end());
  state_->is_closed = true;
}

Event Scope::crossed_peak() const { return state_->crossed_peak.load(); }

Event Scope::crossed_largest() const { return state_->crossed_largest.load(); }

Event Scope::crossed_allocation_count() const { return state_->crossed_count.load(); }

std::size_t Scope::contributors(Contributor* out, std::size_t count_max) const {
  return state_->contributors.copy(out, count_max);
}

std::size_t Scope::leaked(Contributor* out, std::size_t count_max) const {
  if (!state_->options.record_blocks) return 0;
  if (!state_->is_closed) group_blocks(*state_, /*sampled=*/false, state_->leaks);
  return state_->leaks.copy(out, count_max);
}

}  // namespace redzone::heap
