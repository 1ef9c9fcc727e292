#include "redzone/heap/phase.hpp"

#include <csignal>
#include <thread>

#include "tests/heap/expect_figures.hpp"

namespace redzone::heap {
namespace {

TEST(HeapPhase, CountsWhatShouldNotHaveBeenAndKeepsTheFirst) {
  Phase phase("serving", OnAllocation::count);
  EXPECT_EQ(phase.allocation_count(), 0U);
  std::free(escape(std::malloc(48)));
  std::free(escape(std::malloc(49)));
  EXPECT_EQ(phase.is_enforced(), is_counting());
  if (!is_counting()) GTEST_SKIP() << "nothing is told";
  EXPECT_EQ(phase.allocation_count(), 2U);
  EXPECT_EQ(phase.first().size_bytes, 48U);
  EXPECT_EQ(phase.first().number, 1U);
  EXPECT_FALSE(phase.first().stack.empty());
}

TEST(HeapPhase, KeepsAFirstOfNoBytes) {
  Phase phase("serving", OnAllocation::count);
  EXPECT_EQ(phase.first().number, 0U);
  std::free(escape(std::malloc(0)));
  if (!is_counting()) GTEST_SKIP() << "nothing is told";
  EXPECT_EQ(phase.first().number, 1U);
  EXPECT_LE(phase.first().size_bytes, 1U);  // some run-times make one byte of it
}

TEST(HeapPhase, AllowsWhatSaysSoWhichScopesStillCount) {
  Phase phase("serving", OnAllocation::count);
  Scope scope;
  {
    const AllowAllocation allow;
    const AllowAllocation nested;
    std::free(escape(std::malloc(48)));
  }
  EXPECT_EQ(phase.allocation_count(), 0U);
  expect_figure(scope.figures().allocation_count, Quantity::allocation_count, 1);
  std::free(escape(std::malloc(48)));
  EXPECT_EQ(phase.allocation_count(), is_counting() ? 1U : 0U);
}

TEST(HeapPhase, OfAThreadLetsOthersAllocate) {
  void* block = nullptr;
  std::thread other;
  {
    std::atomic<bool> go{false};
    std::atomic<bool> is_done{false};
    other = std::thread([&] {
      while (!go) std::this_thread::yield();
      block = std::malloc(100);
      is_done = true;
    });
    Phase phase("serving", OnAllocation::abort, Who::this_thread);
    go = true;
    while (!is_done) std::this_thread::yield();
    EXPECT_EQ(phase.allocation_count(), 0U);
  }
  other.join();
  std::free(block);
}

TEST(HeapPhaseDeathTest, AbortsAndSaysWhatAndWhere) {
  if (!is_counting()) GTEST_SKIP() << "nothing is told";
  const auto allocate_while_serving = [] {
    std::free(escape(std::malloc(10)));
    Phase phase("serving");
    escape(std::malloc(4811));
  };
  EXPECT_EXIT(allocate_while_serving(), testing::KilledBySignal(SIGABRT),
              "redzone: allocation of 4811 bytes in the phase \"serving\", which allows none\n"
              "(.|\n)*#0 .*\n(.|\n)*Next step: ");
}

}  // namespace
}  // namespace redzone::heap
