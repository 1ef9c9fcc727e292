#pragma once
// Limits on what a stretch of code may do on the heap, and the measurement that holds it to them.
// The assertions of budget.hpp are built on it; it includes no test framework.
//
// Bounds:  a few words; a measurement is one heap::Scope.
// Threads: limits are values. A measurement counts all threads, or, of_this_thread(), its own only.
// Failure: a figure that this build cannot give is not judged, but counted as not measured; with
//          REDZONE_HEAP_REQUIRE=1 in the environment it is judged bad.
// Cost:    as heap::Scope; a live limit takes a stack an allocation, so that it can say where.
//
//   const Judgement judgement = measure(HeapLimits().peak(8 * kMiB), [&] { parse(file); });
//
// Limits are inclusive: a peak of exactly 8 MiB is within 8_MiB.

#include <cstdint>

#include "redzone/heap/scope.hpp"
#include "redzone/testing/judgement.hpp"

namespace redzone::testing {

// Each function returns the changed object, so that they chain. What is not set has no limit.
class HeapLimits {
 public:
  static constexpr std::uint64_t kNone = UINT64_MAX;

  struct Values {
    std::uint64_t peak_bytes_max = kNone;
    std::uint64_t largest_bytes_max = kNone;
    std::uint64_t allocation_count_max = kNone;
    std::uint64_t live_bytes_max = kNone;
    heap::Who who = heap::Who::process;
  };

  // The highest number of bytes that are live at the same time.
  constexpr HeapLimits& peak(std::uint64_t bytes) { return values_.peak_bytes_max = bytes, *this; }
  // The largest single allocation.
  constexpr HeapLimits& largest(std::uint64_t bytes) {
    return values_.largest_bytes_max = bytes, *this;
  }
  // How many allocations there are.
  constexpr HeapLimits& count(std::uint64_t allocations) {
    return values_.allocation_count_max = allocations, *this;
  }
  // Bytes that are still live at the end; with 0 not even an empty block may stay.
  constexpr HeapLimits& live(std::uint64_t bytes) { return values_.live_bytes_max = bytes, *this; }
  constexpr HeapLimits& of_this_thread() { return values_.who = heap::Who::this_thread, *this; }

  [[nodiscard]] constexpr const Values& values() const { return values_; }

 private:
  Values values_;
};

// From here to judge(), held to limits.
class Measurement {
 public:
  // `overhead` is taken within the stretch by whoever runs the code, and stays until its end: it is
  // taken off the figures.
  explicit Measurement(const HeapLimits& limits, const heap::Figures& overhead = {});
  Measurement(const Measurement&) = delete;
  Measurement& operator=(const Measurement&) = delete;
  ~Measurement() = default;

  // Ends the measurement.
  Judgement judge();

 private:
  HeapLimits limits_;
  heap::Figures overhead_;
  heap::Scope scope_;
};

template <class Body>
[[nodiscard]] Judgement measure(const HeapLimits& limits, Body&& body) {
  Measurement measurement(limits);
  static_cast<void>(body());
  return measurement.judge();
}

}  // namespace redzone::testing
