#include "heap/explanation.hpp"

#include <cerrno>

#include "heap/forbidden_allocation.hpp"
#include "heap/sampling.hpp"
#include "heap/scope_state.hpp"
#include "heap/stack_capture.hpp"
#include "heap/tables.hpp"
#include "heap/thread_state.hpp"

namespace redzone::heap {

BlockTable block_table;
StackTable stack_table;

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// What one scope wants to know of one allocation.
struct Wishes {
  bool crosses_peak = false;
  bool crosses_largest = false;
  bool crosses_count = false;
  bool breaks_phase = false;
  bool stack = false;
  bool sample = false;
};

// With many threads, adding them up is only worth it when the limit may be near.
constexpr std::uint32_t kFewSlots = 8;

bool is_above(Scope::State& scope, const ThreadSlot& slot, std::uint64_t limit) {
  if (limit > static_cast<std::uint64_t>(INT64_MAX)) return false;
  const auto limit_bytes = static_cast<std::int64_t>(limit);
  const std::int64_t own = slot.shares[scope.index].live_bytes.load(kRelaxed);
  const auto others = static_cast<std::int64_t>(kThreadSlackBytes) * slot_count();
  // The first thread may have been alone, and may not have told yet.
  const ThreadSlot& first = thread_slots[kFirstSlot];
  const std::int64_t untold =
      &first == &slot ? 0 : first.shares[scope.index].live_bytes.load(kRelaxed);
  const bool is_far = scope.live_bytes.load(kRelaxed) + own + untold + others <= limit_bytes;
  if (is_far && slot_count() > kFewSlots) return false;
  if (live_bytes_of(scope) <= limit_bytes) return false;
  // What another thread is just handing over may have been seen twice.
  SpinGuard guard(scope.lock);
  return live_bytes_of(scope) > limit_bytes;
}

Wishes wishes_of(Scope::State& scope, const RecordedBlock& block, const ThreadSlot& slot) {
  Wishes wishes;
  if (block.epoch < scope.head().begin_epoch.load(std::memory_order_acquire)) return wishes;
  if (scope.head().owner != nullptr && scope.head().owner != &slot) return wishes;
  const ScopeOptions& options = scope.options;
  wishes.stack = options.record_blocks;
  if (scope.explains_peak()) {
    wishes.crosses_peak =
        !scope.crossed_peak.has_happened() && is_above(scope, slot, options.explain_peak_bytes);
    (block.size_bytes >= scope.certain_bytes() ? wishes.stack : wishes.sample) = true;
  }
  wishes.crosses_largest =
      block.size_bytes > options.explain_largest_bytes && !scope.crossed_largest.has_happened();
  wishes.crosses_count = options.explain_allocation_count != UINT64_MAX &&
                         !scope.crossed_count.has_happened() &&
                         allocation_count_of(scope) > options.explain_allocation_count;
  wishes.breaks_phase = scope.phase_name != nullptr && thread_state.allowed_depth == 0;
  return wishes;
}

void keep_once(KeptEvent& kept, const Event& event) {
  if (!kept.has_happened()) kept.store(event);
}

// False when the scope is not there any more: while the stack was taken, it may have been closed
// and its place given to another.
bool keep(Scope::State& scope, const Wishes& wishes, const RecordedBlock& block, Event& event) {
  SpinGuard guard(scope.lock);
  if (block.epoch < scope.head().begin_epoch.load(std::memory_order_acquire)) return false;
  event.number = allocation_count_of(scope);
  if (wishes.crosses_largest) keep_once(scope.crossed_largest, event);
  if (wishes.crosses_count) keep_once(scope.crossed_count, event);
  if (wishes.crosses_peak && !scope.crossed_peak.has_happened()) {
    scope.crossed_peak.store(event);
    group_blocks(scope, /*sampled=*/true, scope.contributors);
  }
  if (wishes.breaks_phase) {
    scope.phase_count.fetch_add(1, kRelaxed);
    keep_once(scope.phase_event, event);
  }
  return true;
}

void tell(Scope::State& scope, const Wishes& wishes, const RecordedBlock& block,
          const Stack& stack) {
  Event event;
  event.size_bytes = block.size_bytes;
  event.stack = stack;
  if (!keep(scope, wishes, block, event)) return;
  // Without the lock: naming the frames waits for the dynamic linker, which may be allocating.
  if (wishes.breaks_phase && scope.phase_action == OnAllocation::abort) {
    abort_phase(scope.phase_name, event);
  }
}

}  // namespace

bool explain_allocation(std::uintptr_t address, const RecordedBlock& block, ThreadSlot& slot,
                        std::uint64_t explaining, bool follow_always) {
  Wishes wishes[kScopesMax];
  bool wants_stack = false;
  bool wants_sample = false;
  bool wants_event = false;
  for_each_scope(explaining, [&](Scope::State& scope) {
    const Wishes& wish = wishes[scope.index] = wishes_of(scope, block, slot);
    wants_event = wants_event || wish.crosses_peak || wish.crosses_largest || wish.crosses_count ||
                  wish.breaks_phase;
    wants_stack = wants_stack || wish.stack;
    wants_sample = wants_sample || wish.sample;
  });
  const int saved_errno = errno;  // what is called here may set it
  FollowedBlock followed;
  followed.size_bytes = block.size_bytes;
  followed.epoch = block.epoch;
  followed.owner = block.owner;
  if (wants_sample) followed.sample_hits = sample_hits(thread_state, block.size_bytes);
  wants_stack = wants_stack || followed.sample_hits != 0;

  Stack stack;
  if (wants_stack || wants_event) stack = take_stack();
  if (wants_stack) {
    const StackTable::Found found = stack_table.intern(stack);
    followed.stack_id = static_cast<std::uint16_t>(found.id);
    followed.stack_generation = static_cast<std::uint16_t>(found.generation);
  }
  bool is_followed = false;
  if (follow_always || followed.stack_id != 0) is_followed = block_table.insert(address, followed);
  if (wants_event) {
    for_each_scope(explaining, [&](Scope::State& scope) {
      const Wishes& wish = wishes[scope.index];
      if (wish.crosses_peak || wish.crosses_largest || wish.crosses_count || wish.breaks_phase) {
        tell(scope, wish, block, stack);
      }
    });
  }
  errno = saved_errno;
  return is_followed;
}

}  // namespace redzone::heap
