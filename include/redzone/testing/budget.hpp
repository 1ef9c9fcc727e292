#pragma once
// Assertions about what a block of code does on the heap, and budgets for a whole test or suite.
//
//   EXPECT_PEAK_HEAP_LE(8_MiB, { ... });          EXPECT_LARGEST_ALLOCATION_LE(1_MiB, { ... });
//   EXPECT_ALLOCATION_COUNT_LE(12, { ... });      EXPECT_NO_ALLOCATION({ ... });
//   EXPECT_NO_LEAK({ ... });                      EXPECT_HEAP_WITHIN(limits, { ... });
//
// Each has an ASSERT_ twin. The block is a lambda that captures by reference: `return` ends the
// block, and so does a failing ASSERT_ within it. Limits are inclusive. 8_MiB takes
// `using namespace redzone::literals`.
//
// Bounds:  budgets nest as heap::Scope does.
// Threads: all threads of the process are counted; HeapLimits::of_this_thread() counts one.
// Failure: the message has the limit, the measurement, and where. What this build cannot measure
//          does not fail: see heap_limits.hpp.
// Cost:    as heap::Scope; symbolising, only when one fails, starts a tool once or twice.
//
//   EXPECT_PEAK_HEAP_LE(8_MiB, { parse(file); }) << file;

#include <gtest/gtest.h>

#include <cstdint>

#include "redzone/base/bytes.hpp"  // IWYU pragma: keep
#include "redzone/testing/assertion.hpp"
#include "redzone/testing/heap_limits.hpp"
#include "redzone/testing/listener.hpp"  // IWYU pragma: keep

namespace redzone::testing {

// A budget from its construction to its end, as a variable of a test or a member of a fixture.
//
//   ScopedBudget budget(HeapLimits().peak(8_MiB).count(100), __FILE__, __LINE__);
class ScopedBudget {
 public:
  ScopedBudget(const HeapLimits& limits, const char* file, int line)
      : file_(file), line_(line), measurement_(limits) {}
  ScopedBudget(const ScopedBudget&) = delete;
  ScopedBudget& operator=(const ScopedBudget&) = delete;
  ~ScopedBudget() {
    const Judgement judgement = measurement_.judge();
    if (!judgement) ADD_FAILURE_AT(file_, line_) << judgement.message();
  }

 private:
  const char* file_;
  int line_;
  Measurement measurement_;
};

namespace detail {

// GoogleTest keeps the results of assertions until the program ends: within the block that is
// memory of the test, and not of the code under test.
template <class Body>
[[nodiscard]] Judgement measure_block(const HeapLimits& limits, Body&& body) {
  const std::uint64_t part_count_before = part_count();
  Judgement judgement = measure(limits, body);
  if (judgement || part_count() == part_count_before) return judgement;
  return Judgement::bad(judgement.message() +
                        "\nwhat GoogleTest keeps of the block's own assertions is part of these "
                        "figures");
}

}  // namespace detail
}  // namespace redzone::testing

#define REDZONE_TESTING_WITHIN(assertion, limits, ...) \
  assertion(::redzone::testing::detail::measure_block((limits), [&] __VA_ARGS__))

#define EXPECT_HEAP_WITHIN(limits, ...) \
  REDZONE_TESTING_WITHIN(REDZONE_TESTING_EXPECT, limits, __VA_ARGS__)
#define ASSERT_HEAP_WITHIN(limits, ...) \
  REDZONE_TESTING_WITHIN(REDZONE_TESTING_ASSERT, limits, __VA_ARGS__)

#define EXPECT_PEAK_HEAP_LE(bytes, ...) \
  EXPECT_HEAP_WITHIN(::redzone::testing::HeapLimits().peak(bytes), __VA_ARGS__)
#define ASSERT_PEAK_HEAP_LE(bytes, ...) \
  ASSERT_HEAP_WITHIN(::redzone::testing::HeapLimits().peak(bytes), __VA_ARGS__)

#define EXPECT_LARGEST_ALLOCATION_LE(bytes, ...) \
  EXPECT_HEAP_WITHIN(::redzone::testing::HeapLimits().largest(bytes), __VA_ARGS__)
#define ASSERT_LARGEST_ALLOCATION_LE(bytes, ...) \
  ASSERT_HEAP_WITHIN(::redzone::testing::HeapLimits().largest(bytes), __VA_ARGS__)

#define EXPECT_ALLOCATION_COUNT_LE(allocations, ...) \
  EXPECT_HEAP_WITHIN(::redzone::testing::HeapLimits().count(allocations), __VA_ARGS__)
#define ASSERT_ALLOCATION_COUNT_LE(allocations, ...) \
  ASSERT_HEAP_WITHIN(::redzone::testing::HeapLimits().count(allocations), __VA_ARGS__)

#define EXPECT_NO_ALLOCATION(...) EXPECT_ALLOCATION_COUNT_LE(0, __VA_ARGS__)
#define ASSERT_NO_ALLOCATION(...) ASSERT_ALLOCATION_COUNT_LE(0, __VA_ARGS__)

#define EXPECT_NO_LEAK(...) \
  EXPECT_HEAP_WITHIN(::redzone::testing::HeapLimits().live(0), __VA_ARGS__)
#define ASSERT_NO_LEAK(...) \
  ASSERT_HEAP_WITHIN(::redzone::testing::HeapLimits().live(0), __VA_ARGS__)

// From here to the end of the enclosing scope:
//   TEST(Parser, StaysSmall) {
//     REDZONE_BUDGET(HeapLimits().peak(8_MiB));
// The variable has a number, because an inner scope of the test may have a budget of its own.
#define REDZONE_TESTING_BUDGET_AS(number, ...)                                                 \
  const ::redzone::testing::ScopedBudget redzone_scoped_budget_##number(__VA_ARGS__, __FILE__, \
                                                                        __LINE__)
#define REDZONE_TESTING_BUDGET(number, ...) REDZONE_TESTING_BUDGET_AS(number, __VA_ARGS__)
#define REDZONE_BUDGET(...) REDZONE_TESTING_BUDGET(__COUNTER__, __VA_ARGS__)

// Outside of functions, for each test of a suite, or for one: from before its fixture is made until
// after it is destroyed. A suite that is parameterised or typed is named as in TEST_P and
// TYPED_TEST. A name that no test has fails the run.
//   REDZONE_SUITE_BUDGET(Parser, redzone::testing::HeapLimits().peak(8 * redzone::kMiB));
//   REDZONE_TEST_BUDGET(Parser, StaysSmall, redzone::testing::HeapLimits().count(100));
#define REDZONE_SUITE_BUDGET(suite, ...)                                 \
  static ::redzone::testing::RegisteredBudget redzone_budget_of_##suite( \
      #suite, "", (__VA_ARGS__), __FILE__, __LINE__, ::redzone::testing::install_listener())
#define REDZONE_TEST_BUDGET(suite, test, ...)                                     \
  static ::redzone::testing::RegisteredBudget redzone_budget_of_##suite##_##test( \
      #suite, #test, (__VA_ARGS__), __FILE__, __LINE__, ::redzone::testing::install_listener())
