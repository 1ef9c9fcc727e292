// A program with an operator new of its own, which the fault plan leaves alone and still decides
// about.

#include <gtest/gtest.h>

#include <new>

#include "redzone/heap/fault_plan.hpp"
#include "tests/heap/faults_blocks.hpp"
#include "tests/heap/faults_own_new.hpp"

namespace redzone::heap {
namespace {

TEST(FaultPlanOverOwnNew, CallsItWhereNothingFails) {
  const int before = own_new_count;
  delete kept(new int);
  EXPECT_EQ(own_new_count, before + 1);
}

TEST(FaultPlanOverOwnNew, DecidesOnceAboutNewAndTheMallocWithin) {
  arm({});
  int* const failed = kept(new (std::nothrow) int);
  int* const given = kept(new int);
  int* const array = kept(new int[3]);
  const FaultReport report = disarm();
  delete given;
  delete[] array;
  EXPECT_EQ(failed, nullptr);
  EXPECT_EQ(report.matched_count, 3U);
  EXPECT_EQ(report.injected_count, 1U);
}

TEST(FaultPlanOverOwnNew, ThrowsInItsPlace) {
  const int before = own_new_count;
  bool has_thrown = false;
  arm({});
  try {
    delete kept(new int);
  } catch (const std::bad_alloc&) {
    has_thrown = true;
  }
  disarm();
  EXPECT_TRUE(has_thrown);
  EXPECT_EQ(own_new_count, before);
}

}  // namespace
}  // namespace redzone::heap
