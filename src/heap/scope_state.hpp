#pragma once
// A scope as the recorder sees it.
//
// Epochs order scopes and blocks: each scope begins a new one, and a block bears the epoch that it
// was allocated in. A block belongs to a scope when its epoch is not below the scope's. The scope's
// bit is set before its epoch begins, so that whoever sees the epoch sees the scope: what is added
// for a block and what is taken away when it is freed are decided by the same comparison.

#include <atomic>
#include <cstdint>

#include "heap/kept_stack.hpp"
#include "heap/spin_lock.hpp"
#include "heap/thread_slots.hpp"
#include "redzone/heap/phase.hpp"
#include "redzone/heap/scope.hpp"

namespace redzone::heap {

// One bit a scope that counts; 0 on the path that everybody takes. kProbeBit: somebody wants to
// know who calls.
extern std::atomic<std::uint64_t> active_scopes;
inline constexpr std::uint64_t kProbeBit = std::uint64_t{1} << 63U;
static_assert(kScopesMax < 63);
// Those of them that ask for more than counting.
extern std::atomic<std::uint64_t> explaining_scopes;
// Where the head of the only scope that is open lies in scope_heads, and a thread's share of it in
// the shares, in bytes; kManyScopes unless there is just one and it only counts.
extern std::atomic<std::uint64_t> only_scope;
inline constexpr std::uint64_t kManyScopes = UINT64_MAX;
extern std::atomic<std::uint64_t> current_epoch;
// Blocks of earlier epochs belong to no open scope.
extern std::atomic<std::uint64_t> oldest_open_epoch;

inline constexpr std::uint64_t kNoEpoch = UINT64_MAX;

// What every allocation looks at: seldom written, and found by a shift.
struct ScopeHead {
  std::atomic<std::uint64_t> begin_epoch{kNoEpoch};  // kNoEpoch while it is not open
  ThreadSlot* owner = nullptr;                       // null: the process
  std::atomic<std::uint64_t> largest_bytes{0};
  std::uint64_t unused = 0;  // to a power of two
};
static_assert(sizeof(ScopeHead) == 32 && sizeof(ScopeHead) == sizeof(ScopeShare));
extern ScopeHead scope_heads[kScopesMax];

struct Scope::State {
  std::uint32_t index = 0;
  [[nodiscard]] ScopeHead& head() const { return scope_heads[index]; }

  // Set before the scope begins.
  ScopeOptions options;
  bool has_no_thread = false;  // a scope of a thread that has no slot of its own
  const char* phase_name = nullptr;
  OnAllocation phase_action = OnAllocation::count;
  std::uint64_t begin_allocation_count = 0;
  std::uint64_t begin_requested_bytes = 0;
  std::uint64_t begin_valgrind_bytes = 0;
  std::uint64_t begin_valgrind_blocks = 0;

  // What the threads have added; those with a lock are written under it.
  SpinLock lock;
  std::atomic<std::int64_t> live_bytes{0};
  std::atomic<std::int64_t> live_blocks{0};
  std::atomic<std::int64_t> peak_bytes{0};
  // What live_bytes was when the first thread was not alone any more.
  std::int64_t solitude_bytes = 0;
  std::atomic<bool> has_lost_blocks{false};  // the table of blocks was full

  // Each is written once, under the lock.
  KeptEvent crossed_peak;
  KeptEvent crossed_largest;
  KeptEvent crossed_count;
  KeptEvent phase_event;
  std::atomic<std::uint64_t> phase_count{0};
  KeptContributors contributors;  // when the peak was crossed

  // Set by close().
  bool is_closed = false;
  Figures closed_figures;
  KeptContributors leaks;  // at the last question, or at close()

  [[nodiscard]] bool explains_peak() const { return options.explain_peak_bytes != UINT64_MAX; }
  [[nodiscard]] bool is_explaining() const {
    return explains_peak() || options.explain_largest_bytes != UINT64_MAX ||
           options.explain_allocation_count != UINT64_MAX || options.record_blocks ||
           phase_name != nullptr;
  }
  // Stacks are taken of all allocations from this size on; smaller ones are sampled.
  [[nodiscard]] std::uint64_t certain_bytes() const {
    const std::uint64_t share = options.explain_peak_bytes / kExplainedShare;
    return share == 0 ? 1 : share;
  }
  static constexpr std::uint64_t kExplainedShare = 64;
};

class ScopeTable {
 public:
  static Scope::State& at(std::uint32_t index) { return states[index]; }  // index < kScopesMax

 private:
  static Scope::State states[kScopesMax];
};

inline Scope::State& scope_at(std::uint32_t index) { return ScopeTable::at(index); }

// Calls action(index) for each bit of a scope in `mask`.
template <class Action>
[[gnu::always_inline]] inline void for_each_index(std::uint64_t mask, Action action) {
  for (mask &= ~kProbeBit; mask != 0; mask &= mask - 1) {
    action(static_cast<std::uint64_t>(__builtin_ctzll(mask)));
  }
}
template <class Action>
void for_each_scope(std::uint64_t mask, Action action) {
  for_each_index(mask,
                 [&](std::uint64_t index) { action(scope_at(static_cast<std::uint32_t>(index))); });
}

// What has been allocated since the scope began, by all threads or its own.
std::uint64_t allocation_count_of(const Scope::State& scope);
std::uint64_t requested_bytes_of(const Scope::State& scope);
// Live bytes now, as far as other threads have told.
std::int64_t live_bytes_of(const Scope::State& scope);
// Under contention, out of the way of those that do not raise it.
void raise_largest(ScopeHead& scope, std::uint64_t size_bytes);
// Adds what this slot has changed to the scope.
void flush(ThreadSlot& slot, Scope::State& scope);
void flush_at(ThreadSlot& slot, std::uint64_t index);
// When a thread that was alone is no more.
void remember_solitude();
Figures counted_figures_of(Scope::State& scope);

// Blocks of the scope that are live, grouped by stack, largest first. `sampled` scales samples up
// and takes blocks of at least certain_bytes() as they are; otherwise each block counts as it is.
void group_blocks(const Scope::State& scope, bool sampled, KeptContributors& out);
// In the child after fork.
void reset_groups_lock();

}  // namespace redzone::heap
