#pragma once
// How a Judgement becomes an assertion of GoogleTest. The assertions of budget.hpp, oom.hpp and
// io.hpp expand through it; include those.
//
// Bounds:  none held. Threads: as GoogleTest. Failure: as EXPECT_* and ASSERT_*. Cost: none.
//
//   #define EXPECT_MINE(...) REDZONE_TESTING_EXPECT(judge_mine([&] __VA_ARGS__))

#include <gtest/gtest.h>

#include <cstdint>

#include "redzone/heap/uncounted.hpp"
#include "redzone/testing/judgement.hpp"
#include "redzone/testing/torture.hpp"

namespace redzone::testing::detail {

// The test that runs now, and a line of it. Outside of a test the names are patterns of
// --gtest_filter that make the same code run: "Suite.*" in SetUpTestSuite.
inline TestSite site_of(const char* file, int line) {
  TestSite site;
  site.file = file;
  site.line = line;
  const ::testing::UnitTest& unit = *::testing::UnitTest::GetInstance();
  const ::testing::TestSuite* const suite = unit.current_test_suite();
  const ::testing::TestInfo* const info = unit.current_test_info();
  site.suite = suite == nullptr ? "*" : suite->name();
  site.test = info == nullptr ? "*" : info->name();
  return site;
}

// What the test that runs now, or the suite around it, has told GoogleTest.
inline Outcome outcome_since(std::uint64_t part_index) {
  const ::testing::UnitTest& unit = *::testing::UnitTest::GetInstance();
  const ::testing::TestSuite* const suite = unit.current_test_suite();
  const ::testing::TestInfo* const info = unit.current_test_info();
  const ::testing::TestResult& result = info != nullptr    ? *info->result()
                                        : suite != nullptr ? suite->ad_hoc_test_result()
                                                           : unit.ad_hoc_test_result();
  Outcome outcome;
  outcome.part_count = static_cast<std::uint64_t>(result.total_part_count());
  for (std::uint64_t i = part_index; i < outcome.part_count; ++i) {
    if (result.GetTestPartResult(static_cast<int>(i)).failed()) ++outcome.failure_count;
  }
  return outcome;
}
// What GoogleTest keeps of an assertion in a block is not the block's: it is not counted, and it
// does not fail. The class is the one of ASSERT_NO_FATAL_FAILURE; it passes everything on.
class Recording final : public ::testing::internal::HasNewFatalFailureHelper {
 public:
  void ReportTestPartResult(const ::testing::TestPartResult& result) override {
    const heap::Uncounted uncounted;
    HasNewFatalFailureHelper::ReportTestPartResult(result);
  }
};

// A block whose assertions are GoogleTest's.
template <class Body>
Block recorded_block_of(Body& body) {
  Block block;
  block.run = [](void* context) {
    const Recording recording;
    return claim_of(*static_cast<Body*>(context));
  };
  block.context = &body;
  block.outcome_since = &outcome_since;
  return block;
}

inline std::uint64_t part_count() { return outcome_since(UINT64_MAX).part_count; }

}  // namespace redzone::testing::detail

// `fail` is GTEST_NONFATAL_FAILURE_ or GTEST_FATAL_FAILURE_; what follows `<<` is appended. The
// variable has a number, because a block may hold assertions of its own.
#define REDZONE_TESTING_JUDGED_AS(fail, name, ...)              \
  GTEST_AMBIGUOUS_ELSE_BLOCKER_                                 \
  if (const ::redzone::testing::Judgement name = (__VA_ARGS__)) \
    ;                                                           \
  else                                                          \
    fail(name.message().c_str())
#define REDZONE_TESTING_NUMBERED(fail, number, ...) \
  REDZONE_TESTING_JUDGED_AS(fail, redzone_judgement_##number, __VA_ARGS__)
#define REDZONE_TESTING_JUDGED(fail, number, ...) \
  REDZONE_TESTING_NUMBERED(fail, number, __VA_ARGS__)
#define REDZONE_TESTING_EXPECT(...) \
  REDZONE_TESTING_JUDGED(GTEST_NONFATAL_FAILURE_, __COUNTER__, __VA_ARGS__)
#define REDZONE_TESTING_ASSERT(...) \
  REDZONE_TESTING_JUDGED(GTEST_FATAL_FAILURE_, __COUNTER__, __VA_ARGS__)
#define REDZONE_TESTING_HERE ::redzone::testing::detail::site_of(__FILE__, __LINE__)
