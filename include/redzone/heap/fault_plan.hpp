#pragma once
// Makes allocations fail: the Nth, once or from then on; only those of some sizes; each distinct
// call stack once; a seeded sample. A call of the program that is chosen gets what it would get
// when memory runs out: null and ENOMEM from the C functions and nothrow new, std::bad_alloc from
// new. Arm it with nth = 1, 2, 3, ... until a run ends without an injection, and every allocation
// of the code has failed once.
//
// A program takes part when it links redzone::heap_faults. What a build can reach is in
// fault_coverage(), which tries it: calls made inside shared libraries are not reached, but for
// operator new in plain and ASan builds. As the standard says, operator new calls a new_handler and
// tries again before it throws; each try is a match. What a call could not give anyway, and what
// only frees, is not asked about. A program with an operator new of its own is left alone; under
// ASan it defines REDZONE_HEAP_KEEP_OPERATORS, else the linker finds two. Other programs under ASan
// take new and delete from redzone, and a block that was mixed up between new and free() or malloc
// and delete is not reported there.
//
// Bounds:  one plan a process at a time; kStacksMax distinct stacks. Nothing is allocated.
// Threads: arm, disarm and fault_report by one thread at a time, while no other allocates under
//          Who::process. A plan for Who::this_thread (the default) looks at the thread that armed
//          it, so that its numbers are the same in each run.
// Failure: arming while a plan is armed replaces it. Where nothing can be injected, the report's
//          matched_count stays 0, and whoever judges has to say so.
// Cost:    one branch an allocation while nothing is armed; a stack an allocation with
//          Among::new_stacks.
//
//   heap::arm({/*nth=*/3});
//   const bool parsed = parse(file);
//   const heap::FaultReport report = heap::disarm();
//   if (report.injected_count != 0 && parsed) std::puts("swallowed");

#include <cstddef>
#include <cstdint>

#include "redzone/heap/figures.hpp"
#include "redzone/heap/scope.hpp"

namespace redzone::heap {

// Which allocations are counted by `nth`, of those that match thread and size.
enum class Among : std::uint8_t {
  every,
  new_stacks,  // the first of each distinct call stack
  samples,     // one in sample_one_in, chosen by seed and number: the same in each run
};

struct FaultPlan {
  std::uint64_t nth = 1;  // the allocation that fails, counted from 1 since arm; 0: only count
  bool for_ever = false;  // all that match after it fail too, whatever Among says
  Among among = Among::every;
  Who who = Who::this_thread;
  std::uint64_t size_bytes_min = 0;           // inclusive
  std::uint64_t size_bytes_max = UINT64_MAX;  // inclusive
  std::uint64_t seed = 1;
  std::uint64_t sample_one_in = 16;
  // Called with the first allocation that fails, before it fails: what a process that does not
  // survive it can leave behind. In the place of malloc: it allocates nothing and locks nothing.
  void (*on_first_injected)(void* context, const Event& event) = nullptr;
  void* on_first_injected_context = nullptr;
};

struct FaultReport {
  std::uint64_t matched_count = 0;   // allocations of the right thread and size since arm
  std::uint64_t chosen_count = 0;    // of these, the ones that nth counts
  std::uint64_t injected_count = 0;  // of these, the ones that failed
  std::uint64_t harmless_count = 0;  // of these, the ones within a HarmlessFailure
  // With Among::new_stacks: allocations whose stack came after kStacksMax others. They are not
  // chosen, so a torture that has some has not seen all stacks.
  std::uint64_t lost_stack_count = 0;
  // Number (among all that matched), size and stack of the first that failed.
  Event first_injected;
  // Of the sizes that matched until the first injection, that one included, in order: two runs of
  // deterministic code that got as far have the same.
  std::uint64_t sequence_hash = 0;
};

void arm(const FaultPlan& plan);
// Ends the plan and tells what it did; without a plan, an empty report.
FaultReport disarm();
[[nodiscard]] FaultReport fault_report();

// With Among::new_stacks: the numbers (among all that matched) at which a stack was seen first, in
// order; kept until the next arm(). Returns how many there are, of which at most count_max are
// written to `out`. Failing these by Among::every, one after another, is a run a stack without
// taking stacks again.
std::size_t stack_firsts(std::uint64_t* out, std::size_t count_max);

// Whether Among::samples draws the allocation of this number: one in `one_in`. Depends on these
// three alone, not on what else is drawn.
[[nodiscard]] bool is_sampled(std::uint64_t number, std::uint64_t seed, std::uint64_t one_in);

// Which calls a plan reaches in this program.
enum class Reach : std::uint8_t {
  c_functions,             // malloc and its kin, called by the program's own objects
  operators,               // operator new, called by the program's own objects
  operators_of_libraries,  // operator new, called by shared libraries such as libstdc++
};
inline constexpr unsigned kReachCount = 3;

[[nodiscard]] Capability fault_coverage(Reach reach);
[[nodiscard]] const char* name_of(Reach reach);

}  // namespace redzone::heap
