#include "heap/faults/decision.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "heap/faults/stack_set.hpp"
#include "heap/stack_capture.hpp"
#include "heap/thread_state.hpp"
#include "redzone/heap/fault_plan.hpp"
#include "redzone/heap/figures.hpp"
#include "redzone/heap/harmless.hpp"
#include "redzone/heap/scope.hpp"

namespace redzone::heap {

std::atomic<std::uint32_t> plan_state = 0;

namespace {

// What is counted since arm(). All of it is atomic and none of it locked: under Who::process
// several threads count, and a fork may catch one of them in the middle.
struct Counters {
  std::atomic<std::uint64_t> matched = 0;
  std::atomic<std::uint64_t> chosen = 0;
  std::atomic<std::uint64_t> injected = 0;
  std::atomic<std::uint64_t> harmless = 0;
  std::atomic<std::uint64_t> lost_stacks = 0;
  std::atomic<std::uint64_t> sequence_hash = 0;
  std::atomic<bool> has_fired = false;  // set by the one allocation that `nth` names

  void clear();
};

void Counters::clear() {
  for (std::atomic<std::uint64_t>* counter :
       {&matched, &chosen, &injected, &harmless, &lost_stacks, &sequence_hash}) {
    counter->store(0, std::memory_order_relaxed);
  }
  has_fired.store(false, std::memory_order_relaxed);
}

// One plan a process. What is not atomic is written while nobody is asked: by arm(), and by the
// one allocation that fires.
FaultPlan active_plan;
bool has_plan = false;
std::uint64_t generation = 0;  // counts calls of arm()
Event first_injected;
Counters counters;
StackSet stacks;

struct PlanThread {
  std::uint64_t armed_generation;  // that of the plan which this thread armed
  std::uint32_t decided_depth;     // of Decided
  enum : std::uint8_t { no_probe, probing, is_reached } probe;  // of reaches()
};
__thread PlanThread plan_thread __attribute__((tls_model("initial-exec")));

// splitmix64: every bit of the result depends on every bit of the value.
std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e37'79b9'7f4a'7c15;
  value = (value ^ (value >> 30)) * 0xbf58'476d'1ce4'e5b9;
  value = (value ^ (value >> 27)) * 0x94d0'49bb'1331'11eb;
  return value ^ (value >> 31);
}

void add_to_sequence(std::uint64_t size_bytes) {
  std::uint64_t hash = counters.sequence_hash.load(std::memory_order_relaxed);
  while (!counters.sequence_hash.compare_exchange_weak(hash, mixed(hash ^ mixed(size_bytes)),
                                                       std::memory_order_relaxed)) {
  }
}

bool is_first_of_its_stack(std::uint64_t number) {
  const StackSet::Added added = stacks.add(take_stack().hash(), number);
  if (added == StackSet::Added::is_lost) {
    counters.lost_stacks.fetch_add(1, std::memory_order_relaxed);
  }
  return added == StackSet::Added::is_new;
}

bool is_chosen(std::uint64_t number) {
  switch (active_plan.among) {
    case Among::every:
      return true;
    case Among::new_stacks:
      return is_first_of_its_stack(number);
    case Among::samples:
      return is_sampled(number, active_plan.seed, active_plan.sample_one_in);
  }
  return false;
}

// Whether it is the turn of this allocation.
bool fires(std::uint64_t number, std::uint64_t size_bytes) {
  const bool has_fired = counters.has_fired.load(std::memory_order_relaxed);
  if (!has_fired) add_to_sequence(size_bytes);
  if (!is_chosen(number)) return has_fired && active_plan.for_ever;
  if (counters.chosen.fetch_add(1, std::memory_order_relaxed) + 1 != active_plan.nth) {
    return has_fired && active_plan.for_ever;
  }
  counters.has_fired.store(true, std::memory_order_relaxed);
  first_injected.size_bytes = size_bytes;
  first_injected.number = number;
  first_injected.stack = take_stack();
  if (active_plan.on_first_injected != nullptr) {
    active_plan.on_first_injected(active_plan.on_first_injected_context, first_injected);
  }
  return true;
}

}  // namespace

bool plan_decides_to_fail(std::size_t size_bytes) noexcept {
  if (plan_thread.probe != PlanThread::no_probe) {
    plan_thread.probe = PlanThread::is_reached;
    return false;
  }
  if ((plan_state.load(std::memory_order_relaxed) & kPlanIsArmed) == 0) return false;
  if (plan_thread.decided_depth != 0 || is_unwatched()) return false;
  if (active_plan.who == Who::this_thread && plan_thread.armed_generation != generation)
    return false;
  if (size_bytes < active_plan.size_bytes_min || size_bytes > active_plan.size_bytes_max)
    return false;

  const std::uint64_t number = counters.matched.fetch_add(1, std::memory_order_relaxed) + 1;
  if (!fires(number, size_bytes)) return false;
  counters.injected.fetch_add(1, std::memory_order_relaxed);
  if (thread_state.harmless_depth != 0) counters.harmless.fetch_add(1, std::memory_order_relaxed);
  return true;
}

Decided::Decided() noexcept { ++plan_thread.decided_depth; }
Decided::~Decided() { --plan_thread.decided_depth; }

bool reaches(void (*allocate)()) {
  const Unwatched unwatched;
  plan_thread.probe = PlanThread::probing;
  plan_state.fetch_add(kPlanIsProbed);
  allocate();
  plan_state.fetch_sub(kPlanIsProbed);
  const bool is_reached = plan_thread.probe == PlanThread::is_reached;
  plan_thread.probe = PlanThread::no_probe;
  return is_reached;
}

void arm(const FaultPlan& plan) {
  plan_state.fetch_and(~kPlanIsArmed);
  active_plan = plan;
  has_plan = true;
  plan_thread.armed_generation = ++generation;
  first_injected = Event();
  counters.clear();
  stacks.clear();
  plan_state.fetch_or(kPlanIsArmed);
}

FaultReport disarm() {
  plan_state.fetch_and(~kPlanIsArmed);
  const FaultReport report = fault_report();
  has_plan = false;
  return report;
}

FaultReport fault_report() {
  if (!has_plan) return FaultReport();
  FaultReport report;
  report.matched_count = counters.matched.load();
  report.chosen_count = counters.chosen.load();
  report.injected_count = counters.injected.load();
  report.harmless_count = counters.harmless.load();
  report.lost_stack_count = counters.lost_stacks.load();
  report.first_injected = first_injected;
  report.sequence_hash = counters.sequence_hash.load();
  return report;
}

bool is_sampled(std::uint64_t number, std::uint64_t seed, std::uint64_t one_in) {
  return one_in <= 1 || mixed(seed ^ mixed(number)) % one_in == 0;
}

std::size_t stack_firsts(std::uint64_t* out, std::size_t count_max) {
  return stacks.firsts(out, count_max);
}

}  // namespace redzone::heap

// Weak in harmless.hpp; defined beside arm(), so that a program has them if it can arm a plan.
extern "C" {
[[gnu::used]] void redzone_heap_harmless_begin() noexcept {
  ++redzone::heap::thread_state.harmless_depth;
}
[[gnu::used]] void redzone_heap_harmless_end() noexcept {
  --redzone::heap::thread_state.harmless_depth;
}
}
