#pragma once
// A row of Google Benchmark that runs what it measures and its control in turn, a tenth of a
// millisecond each. On a machine where other work runs, two rows that follow each other may differ
// by more than what they measure; of two slices that follow each other the quotient is right, and
// the median of the quotients forgets the slices that were disturbed.
//
// A row has these columns, all medians of its slices: own_ns and control_ns, the thread's CPU time
// an item, and ratio.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <ctime>
#include <string>

namespace redzone::bench {

// Of the slices of a row; of a long row, of the last ones.
class Slices {
 public:
  static constexpr std::size_t kCountMax = 4096;

  void keep(std::size_t slice, double value) { values_[slice % kCountMax] = value; }
  double median(std::size_t slice_count) {
    const auto end = std::min(slice_count, kCountMax);
    const auto middle = values_.begin() + static_cast<std::ptrdiff_t>(end / 2);
    std::nth_element(values_.begin(), middle, values_.begin() + static_cast<std::ptrdiff_t>(end));
    return *middle;
  }

 private:
  std::array<double, kCountMax> values_;
};

// Of this thread: another process on its processor does not show.
inline double cpu_seconds() {
  timespec time{};
  if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) != 0) return 0;
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

inline void do_nothing() {}

// Runs `control` and `own` in turn, each of which handles `items`, and what each `own` needs before
// and after it, which is not measured. Allocates nothing meanwhile.
template <class Control, class Own, class Before = void (*)(), class After = void (*)()>
void compare(benchmark::State& state, std::size_t items, const Control& control, const Own& own,
             const Before& before = do_nothing, const After& after = do_nothing) {
  static Slices controls;
  static Slices owns;
  static Slices ratios;

  std::size_t slice_count = 0;
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(items))) {
    const double began = cpu_seconds();
    control();
    const double control_seconds = cpu_seconds() - began;
    before();
    const double own_began = cpu_seconds();
    own();
    const double own_seconds = cpu_seconds() - own_began;
    after();
    controls.keep(slice_count, control_seconds);
    owns.keep(slice_count, own_seconds);
    ratios.keep(slice_count, own_seconds / control_seconds);
    ++slice_count;
    state.SetIterationTime(own_seconds);
  }
  if (slice_count == 0) return;
  const double ns = 1e9 / static_cast<double>(items);
  state.counters["own_ns"] = owns.median(slice_count) * ns;
  state.counters["control_ns"] = controls.median(slice_count) * ns;
  state.counters["ratio"] = ratios.median(slice_count);
}

// Registers a row whose body calls compare().
inline benchmark::internal::Benchmark* add_row(const std::string& name,
                                               void (*body)(benchmark::State&)) {
  return benchmark::RegisterBenchmark(name.c_str(), body)->UseManualTime();
}

}  // namespace redzone::bench
