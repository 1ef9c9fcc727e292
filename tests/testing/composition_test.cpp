// The assertions within the kinds of tests that GoogleTest has.

#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "redzone/testing/all.hpp"
#include "tests/testing/planted.hpp"

namespace redzone::testing {
namespace {

using namespace planted;

void take_and_give_back(std::size_t bytes) { std::free(take(bytes)); }

class Sizes : public ::testing::TestWithParam<std::size_t> {};

TEST_P(Sizes, AreLimitsThatHold) {
  EXPECT_LARGEST_ALLOCATION_LE(GetParam(), { take_and_give_back(GetParam()); });
  EXPECT_OOM_SAFE({
    void* const memory = take(GetParam());
    std::free(memory);
    return memory != nullptr;
  });
}

// Around the sizes at which the allocators that are counted behave differently.
INSTANTIATE_TEST_SUITE_P(Each, Sizes,
                         ::testing::Values(1, 7, 8, 24, 25, 4096, 131'071, 131'072, 1'000'000));

template <class T>
class Owners : public ::testing::Test {};
using OwnedTypes = ::testing::Types<char, double, long[100]>;
TYPED_TEST_SUITE(Owners, OwnedTypes);

TYPED_TEST(Owners, TakeTheirTypesSize) {
  EXPECT_PEAK_HEAP_LE(sizeof(TypeParam), {
    void* const memory = ::operator new(sizeof(TypeParam));
    escape(memory);
    ::operator delete(memory);
  });
}

class Fixture : public ::testing::Test {
 protected:
  ScopedBudget budget_{HeapLimits().largest(64), __FILE__, __LINE__};
};

TEST_F(Fixture, HasABudgetAsAMember) { take_and_give_back(64); }

TEST(CompositionDeathTest, ABlockMayDie) {
  EXPECT_DEATH(EXPECT_NO_LEAK({ std::abort(); }), "");
  EXPECT_NO_LEAK({ EXPECT_EXIT(std::_Exit(3), ::testing::ExitedWithCode(3), ""); });
}

TEST(Composition, OtherThreadsAreNotTorturedNorCounted) {
  EXPECT_OOM_SAFE_WITH(Torture().once_per_stack(), {
    std::thread other([] { take_and_give_back(64); });
    other.join();
    return report_failure();
  });
  HeapLimits mine;
  mine.largest(63).of_this_thread();
  // A thread takes memory of its own: its state, before it runs.
  EXPECT_HEAP_WITHIN(mine, {
    std::thread other([] { take_and_give_back(100'000); });
    other.join();
  });
}

TEST(Composition, BudgetsNest) {
  EXPECT_PEAK_HEAP_LE(300, {
    void* const outer = take(200);
    EXPECT_PEAK_HEAP_LE(100, { take_and_give_back(100); });
    std::free(outer);
    EXPECT_PEAK_HEAP_LE(0, { escape(nullptr); });
  });
}

}  // namespace
}  // namespace redzone::testing
