#pragma once
// Gives every row of a Google Benchmark program its allocations and bytes. Google Benchmark runs
// each benchmark once more, outside the timed run, for at most 16 iterations and in one thread,
// with a heap::Scope open; the columns stand in its JSON:
//
//   allocs_per_iter        allocations, divided by the iterations of that run
//   max_bytes_used         peak of the live bytes that the run itself allocated
//   total_allocated_bytes  bytes requested, by all iterations of that run together
//   net_heap_growth        bytes still live after it: memory that each run keeps
//
// The figures are those of heap::Figures; what Google Benchmark itself allocates for a run is in
// them, about ten small blocks a run (the row of an empty benchmark shows it).
//
// This header is all there is: it is compiled with the Google Benchmark of the program, any version
// from 1.6 on, which the program links itself.
//
// Bounds:  one manager a program, without heap memory.
// Threads: register before benchmarks run; Google Benchmark calls the manager from one thread.
// Failure: where a build cannot know allocations and peak at all, nothing is registered, the rows
//          have no such columns, and the context of the report says why. A figure that gets lost on
//          the way is the tombstone, never 0: reporters leave out such a total, and print 2^63-1
//          where they know no empty peak.
// Cost:    the extra run of at most 16 iterations; the timed runs pay one branch an allocation.
//
//   int main(int argc, char** argv) {
//     benchmark::Initialize(&argc, argv);
//     redzone::testing_benchmark::register_memory_manager();
//     benchmark::RunSpecifiedBenchmarks();
//   }
//
// or REDZONE_BENCHMARK_MAIN() instead of BENCHMARK_MAIN().

#include <benchmark/benchmark.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>

#include "redzone/heap/figures.hpp"
#include "redzone/heap/scope.hpp"

namespace redzone::testing_benchmark {

namespace detail {

template <class Result, class = void>
struct HasTotals : std::false_type {};
template <class Result>
struct HasTotals<Result, std::void_t<decltype(Result::net_heap_growth)>> : std::true_type {};

// Google Benchmark's word for "not known". Its own constant is not exported by every library.
inline constexpr std::int64_t kTombstone = std::numeric_limits<std::int64_t>::max();

inline std::int64_t or_tombstone(const std::optional<std::uint64_t>& figure) {
  if (!figure || *figure >= static_cast<std::uint64_t>(kTombstone)) return kTombstone;
  return static_cast<std::int64_t>(*figure);
}

template <class Result>
void fill(Result& result, const heap::Figures& figures) {
  result.num_allocs = or_tombstone(figures.allocation_count);
  result.max_bytes_used = or_tombstone(figures.peak_bytes);
  if constexpr (HasTotals<Result>::value) {
    result.total_allocated_bytes = or_tombstone(figures.requested_bytes);
    result.net_heap_growth = or_tombstone(figures.live_bytes);
  }
}

}  // namespace detail

// The manager itself, for programs that register it in their own way.
class MemoryManager final : public benchmark::MemoryManager {
 public:
  // Older versions call Stop with a pointer, newer ones with a reference, those between have both.

  // NOLINTBEGIN(readability-identifier-naming): Google Benchmark's names
  // NOLINTBEGIN(modernize-use-override): which of them overrides depends on its version
  void Start() { scope_.emplace(); }
  void Stop(Result* result) {
    detail::fill(*result, scope_->figures());
    scope_.reset();
  }
  void Stop(Result& result) { Stop(&result); }
  // NOLINTEND(modernize-use-override)
  // NOLINTEND(readability-identifier-naming)

 private:
  std::optional<heap::Scope> scope_;  // open from Start to Stop
};

// Why the rows of this program will have no memory columns; empty when they will.
inline std::string why_not_measured() {
  for (const heap::Quantity quantity :
       {heap::Quantity::allocation_count, heap::Quantity::peak_bytes}) {
    const heap::Capability known = heap::capability(quantity);
    if (known.exactness == heap::Exactness::unknown) {
      return std::string(heap::name_of(quantity)) + " is unknown: " + known.reason;
    }
  }
  return std::string();
}

// Registers a manager that lives as long as the program. False, with the reason in the context of
// the report, when this build does not know the figures.
inline bool register_memory_manager() {
  const std::string reason = why_not_measured();
  benchmark::AddCustomContext("redzone_heap",
                              reason.empty() ? heap::name_of(heap::back_end()) : reason);
  if (!reason.empty()) return false;
  static MemoryManager manager;
  benchmark::RegisterMemoryManager(&manager);
  return true;
}

}  // namespace redzone::testing_benchmark

// Google Benchmark's BENCHMARK_MAIN, with memory figures in every row.
#define REDZONE_BENCHMARK_MAIN()                                      \
  int main(int argc, char** argv) {                                   \
    benchmark::Initialize(&argc, argv);                               \
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1; \
    redzone::testing_benchmark::register_memory_manager();            \
    benchmark::RunSpecifiedBenchmarks();                              \
    benchmark::Shutdown();                                            \
    return 0;                                                         \
  }                                                                   \
  static_assert(true, "")
