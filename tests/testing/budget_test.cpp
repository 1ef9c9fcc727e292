#include "redzone/testing/budget.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/testing/judgement_text.hpp"
#include "tests/testing/planted.hpp"

namespace redzone::testing {
namespace {

using namespace planted;

bool knows(heap::Quantity quantity) {
  return heap::capability(quantity).exactness != heap::Exactness::unknown;
}

#define REDZONE_NEEDS(quantity)                                                             \
  if (!knows(heap::Quantity::quantity)) {                                                   \
    GTEST_SKIP() << "in this build: " << heap::capability(heap::Quantity::quantity).reason; \
  }                                                                                         \
  static_assert(true)

void take_and_free(std::size_t bytes) { std::free(take(bytes)); }

TEST(PeakHeap, LimitsAreInclusive) {
  REDZONE_NEEDS(peak_bytes);
  const auto two = [] {
    void* const first = take(600);
    take_and_free(400);
    std::free(first);
  };
  EXPECT_TRUE(measure(HeapLimits().peak(1001), two));
  EXPECT_TRUE(measure(HeapLimits().peak(1000), two));
  EXPECT_FALSE(measure(HeapLimits().peak(999), two));
}

TEST(PeakHeap, TheMessageHasLimitMeasurementAndPlace) {
  REDZONE_NEEDS(peak_bytes);
  const Judgement judgement = measure(HeapLimits().peak(100_KiB), [] {
    void* const first = take(64_KiB);
    void* const second = take(54477);
    std::free(second);
    std::free(first);
  });
  EXPECT_TRUE(has(judgement,
                  "peak heap 117.2 KiB exceeds the limit of 100.0 KiB; largest "
                  "contributors:\n  64.0 KiB in 1 block  "))
      << judgement.message();
  EXPECT_TRUE(has(judgement, "take(...) planted.hpp:")) << judgement.message();
  EXPECT_TRUE(has(judgement, "      called from ")) << judgement.message();
  EXPECT_TRUE(has(judgement, " budget_test.cpp:")) << judgement.message();
}

TEST(PeakHeap, AFailingExpectationSaysSo) {
  REDZONE_NEEDS(peak_bytes);
  EXPECT_NONFATAL_FAILURE(EXPECT_PEAK_HEAP_LE(8_KiB, { take_and_free(9_KiB); }) << "row " << 7,
                          "peak heap 9.0 KiB exceeds the limit of 8.0 KiB");
  EXPECT_FATAL_FAILURE(ASSERT_PEAK_HEAP_LE(8_KiB, { take_and_free(9_KiB); }), "peak heap");
}

TEST(PeakHeap, WhatIsLiveBeforeDoesNotCount) {
  void* const before = take(9_KiB);
  EXPECT_PEAK_HEAP_LE(8_KiB, { take_and_free(8_KiB); });
  std::free(before);
}

TEST(LargestAllocation, LimitsAreInclusive) {
  REDZONE_NEEDS(largest_bytes);
  EXPECT_LARGEST_ALLOCATION_LE(601, { take_and_free(600); });
  EXPECT_LARGEST_ALLOCATION_LE(600, { take_and_free(600); });
  EXPECT_NONFATAL_FAILURE(EXPECT_LARGEST_ALLOCATION_LE(599, { take_and_free(600); }),
                          "largest allocation 600 bytes exceeds the limit of 599 bytes; the first "
                          "above it is allocation 1, of 600 bytes\n  at ");
}

TEST(AllocationCount, LimitsAreInclusive) {
  REDZONE_NEEDS(allocation_count);
  const auto three = [] {
    for (int i = 0; i < 3; ++i) take_and_free(7);
  };
  EXPECT_TRUE(measure(HeapLimits().count(4), three));
  EXPECT_TRUE(measure(HeapLimits().count(3), three));
  const Judgement above = measure(HeapLimits().count(2), three);
  EXPECT_TRUE(has(above, "3 allocations exceed the limit of 2; the first above it, of 7 bytes\n"))
      << above.message();
}

TEST(NoAllocation, OneAllocationIsTooMany) {
  REDZONE_NEEDS(allocation_count);
  EXPECT_NO_ALLOCATION({ escape(nullptr); });
  EXPECT_NONFATAL_FAILURE(EXPECT_NO_ALLOCATION({ take_and_free(64); }),
                          "1 allocation where none is allowed; the first, of 64 bytes\n  at ");
}

TEST(NoLeak, BlocksThatStayAreNamed) {
  REDZONE_NEEDS(live_bytes);
  LostAndFound lost;
  EXPECT_NO_LEAK({ take_and_free(64); });
  const Judgement judgement = measure(HeapLimits().live(0), [&] { lost.lose(take(37)); });
  EXPECT_TRUE(has(judgement, "37 bytes")) << judgement.message();
  EXPECT_TRUE(has(judgement, "still live at the end:")) << judgement.message();
}

TEST(NoLeak, AnEmptyBlockIsALeakToo) {
  REDZONE_NEEDS(live_block_count);
  LostAndFound lost;
  EXPECT_FALSE(measure(HeapLimits().live(0), [&] { lost.lose(take(0)); }));
}

TEST(HeapWithin, EachLimitThatIsBrokenIsTold) {
  REDZONE_NEEDS(allocation_count);
  const Judgement judgement = measure(HeapLimits().peak(99).largest(99).count(1), [] {
    take_and_free(100);
    take_and_free(100);
  });
  EXPECT_TRUE(has(judgement, "peak heap 100 bytes")) << judgement.message();
  EXPECT_TRUE(has(judgement, "largest allocation 100 bytes")) << judgement.message();
  EXPECT_TRUE(has(judgement, "2 allocations exceed the limit of 1")) << judgement.message();
}

TEST(HeapWithin, BlocksMayHoldCommasAndAssertions) {
  EXPECT_HEAP_WITHIN(HeapLimits().peak(8_KiB).of_this_thread(), {
    int first = 1, second = 1;
    EXPECT_EQ(first, second);
    EXPECT_NO_LEAK({ take_and_free(9); });
  });
}

TEST(HeapWithin, ReturnEndsTheBlockOnly) {
  bool is_after = false;
  EXPECT_NO_ALLOCATION({ return; });
  EXPECT_NO_ALLOCATION({
    if (!is_after) return 3;
    return 4;
  });
  is_after = true;
  EXPECT_TRUE(is_after);
}

TEST(HeapWithin, StandsAloneInAnIf) {
  bool is_else = false;
  if (is_else)
    EXPECT_NO_ALLOCATION({ escape(nullptr); });
  else
    is_else = true;
  EXPECT_TRUE(is_else);
}

TEST(ScopedBudget, HoldsTheRestOfATest) {
  REDZONE_NEEDS(allocation_count);
  EXPECT_NONFATAL_FAILURE(
      {
        REDZONE_BUDGET(HeapLimits().count(1));
        take_and_free(8);
        take_and_free(8);
      },
      "exceed the limit of 1");
  REDZONE_BUDGET(HeapLimits().peak(1_MiB));
  take_and_free(8);
}

// Warnings about what is shadowed are those of the users too.
#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wshadow"
TEST(ScopedBudget, NestsInATest) {
  REDZONE_NEEDS(allocation_count);
  EXPECT_NONFATAL_FAILURE(
      {
        REDZONE_BUDGET(HeapLimits().peak(1_MiB));
        take_and_free(8);
        {
          REDZONE_BUDGET(HeapLimits().count(1));
          REDZONE_BUDGET(HeapLimits().largest(8));
          take_and_free(8);
          take_and_free(8);
        }
      },
      "2 allocations exceed the limit of 1");
}
#pragma GCC diagnostic pop

class Required : public ::testing::Test {
 protected:
  void SetUp() override { setenv("REDZONE_HEAP_REQUIRE", "1", 1); }
  void TearDown() override { unsetenv("REDZONE_HEAP_REQUIRE"); }
};

TEST_F(Required, WhatIsUnknownFailsWhenItIsRequired) {
  const Judgement judgement = measure(HeapLimits().largest(8), [] { take_and_free(8); });
  if (knows(heap::Quantity::largest_bytes)) {
    EXPECT_TRUE(judgement) << judgement.message();
  } else {
    EXPECT_TRUE(has(judgement,
                    "largest allocation is unknown in this build, and "
                    "REDZONE_HEAP_REQUIRE=1 asks for it: back end "))
        << judgement.message();
  }
}

}  // namespace
}  // namespace redzone::testing
