// A test program that listener_test.cpp runs: some of its tests fail, on purpose. Its output is
// read, not shown.

#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "redzone/testing/all.hpp"
#include "tests/testing/planted.hpp"

namespace {

using redzone::testing::HeapLimits;
using namespace redzone::testing::planted;

void take_and_free(std::size_t bytes) { std::free(take(bytes)); }

TEST(Figures, TwoBlocks) {
  void* const first = take(600);
  take_and_free(400);
  std::free(first);
}
TEST(Figures, None) {}
TEST(Figures, Threads) {
  std::thread first(take_and_free, 5000);
  std::thread second(take_and_free, 7000);
  first.join();
  second.join();
}

REDZONE_SUITE_BUDGET(Held, HeapLimits().largest(1000));
TEST(Held, Within) { take_and_free(1000); }
TEST(Held, Beyond) { take_and_free(1001); }
TEST(Unheld, Beyond) { take_and_free(1001); }

class HeldEach : public ::testing::TestWithParam<int> {};
REDZONE_SUITE_BUDGET(HeldEach, HeapLimits().largest(1000));
TEST_P(HeldEach, Takes) { take_and_free(static_cast<std::size_t>(GetParam())); }
INSTANTIATE_TEST_SUITE_P(Sizes, HeldEach, ::testing::Values(1000, 1001));

template <class T>
class HeldTyped : public ::testing::Test {};
using Types = ::testing::Types<char, long>;
TYPED_TEST_SUITE(HeldTyped, Types);
REDZONE_TEST_BUDGET(HeldTyped, Takes, HeapLimits().largest(1000));
TYPED_TEST(HeldTyped, Takes) { take_and_free(sizeof(TypeParam) == 1 ? 1000 : 1001); }
TYPED_TEST(HeldTyped, TakesMore) { take_and_free(2000); }

// What a test leaks that LeakSanitizer finds: nobody has its address any more.
[[gnu::noinline]] void leak(std::size_t bytes) {
  void* volatile lost = take(bytes);
  static_cast<void>(lost);
  lost = nullptr;
}
TEST(Leaks, First) { leak(37); }
TEST(Leaks, SecondIsClean) { take_and_free(37); }
TEST(Leaks, Third) { leak(53); }

TEST(Torture, Swallows) {
  EXPECT_OOM_SAFE({ return swallow_failure(); });
}
TEST(Torture, Counts) {
  EXPECT_OOM_SAFE({ return report_failure(); });
}
TEST(NestedTorture, Nests) {
  EXPECT_OOM_SAFE({
    EXPECT_OOM_SAFE({ return report_failure(); });
    return report_failure();
  });
}

// Assertions that fail within a block.
bool expect_memory() {
  const bool has_memory = report_failure();
  EXPECT_TRUE(has_memory);
  return has_memory;
}
TEST(Expecting, Memory) {
  EXPECT_OOM_SAFE({ return expect_memory(); });
}
TEST(Expecting, MemoryInAChild) {
  EXPECT_OOM_SAFE_WITH(redzone::testing::Torture().in_child().may_keep_blocks(),
                       { return expect_memory(); });
}
TEST(Expecting, MoreThanThereIs) {
  EXPECT_OOM_SAFE({
    EXPECT_FALSE(report_failure());
    return true;
  });
}
TEST(Expecting, NoLeak) {
  EXPECT_NO_LEAK({ EXPECT_NE(escape(nullptr), nullptr); });
}

class SetUpTorture : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    EXPECT_OOM_SAFE({ return swallow_failure(); });
  }
};
TEST_F(SetUpTorture, IsThere) {}

TEST(DeathDeathTest, Dies) {
  EXPECT_DEATH(
      {
        take_and_free(64);
        std::abort();
      },
      "");
}

// Only where the environment asks for it, because it fails every run of this program.
const bool kHasWrongName = [] {
  if (std::getenv("REDZONE_SAMPLE_WRONG_NAME") != nullptr) {
    static redzone::testing::RegisteredBudget budget("Hedl", "", HeapLimits(), __FILE__, __LINE__,
                                                     redzone::testing::install_listener());
  }
  return true;
}();

}  // namespace
