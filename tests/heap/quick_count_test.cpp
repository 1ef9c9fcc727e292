// What the quick path must not do, in the one case that it is for: a single scope that only counts.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <optional>
#include <thread>

#include "heap/scope_state.hpp"
#include "heap/thread_state.hpp"
#include "tests/heap/expect_figures.hpp"

namespace redzone::heap {
namespace {

// Until the thread has counted in the scope, its calls take the other path.
void count_once() { std::free(escape(std::malloc(5000))); }

TEST(HeapQuickCount, IsForOneScopeThatOnlyCounts) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  EXPECT_EQ(only_scope.load(), kManyScopes);
  {
    const Scope scope;
    EXPECT_NE(only_scope.load(), kManyScopes);
    {
      const Scope inner;
      EXPECT_EQ(only_scope.load(), kManyScopes);
    }
    EXPECT_NE(only_scope.load(), kManyScopes);
  }
  ScopeOptions options;
  options.record_blocks = true;
  const Scope recording(options);
  EXPECT_EQ(only_scope.load(), kManyScopes);
}

TEST(HeapQuickCount, TakesABlockOffOnce) {
  if (back_end() != BackEnd::interposer) GTEST_SKIP() << "another malloc is in use";
  std::uint32_t same_count = 0;
  for (const std::size_t size_bytes : {8U, 64U, 1000U, 1024U, 5000U}) {
    const Scope scope;
    count_once();
    void* const first = escape(std::malloc(size_bytes));
    std::free(first);
    void* again = nullptr;
    {
      const Unwatched unwatched;
      again = escape(std::malloc(size_bytes));
    }
    if (again == first) ++same_count;
    std::free(again);
    const Figures figures = scope.figures();
    EXPECT_EQ(figures.live_block_count, 0U);
    void* const later = escape(std::malloc(size_bytes));
    EXPECT_EQ(scope.figures().live_bytes, size_bytes) << "less was live than nothing";
    std::free(later);
  }
  EXPECT_GT(same_count, 0U) << "no block came from the cache of the thread";
}

TEST(HeapQuickCount, AScopeOfAThreadKeepsWhatOthersAllocated) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  ScopeOptions options;
  options.who = Who::this_thread;
  const Scope scope(options);
  count_once();
  void* own = escape(std::malloc(300));
  void* of_other = nullptr;
  std::thread([&of_other] { of_other = escape(std::malloc(100)); }).join();
  const Figures before = scope.figures();
  std::free(of_other);
  EXPECT_EQ(scope.figures().live_bytes, before.live_bytes);
  EXPECT_EQ(scope.figures().live_block_count, before.live_block_count);
  std::free(own);
  EXPECT_EQ(scope.figures().live_bytes, *before.live_bytes - 300);
}

TEST(HeapQuickCount, TakesOffWhatWasRecordedForAnInnerScope) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  const Scope scope;
  count_once();
  void* block = nullptr;
  {
    ScopeOptions options;
    options.record_blocks = true;
    const Scope recording(options);
    block = escape(std::malloc(700));
  }
  EXPECT_EQ(scope.figures().live_bytes, 700U);
  std::free(block);
  EXPECT_EQ(scope.figures().live_bytes, 0U);
  EXPECT_EQ(scope.figures().live_block_count, 0U);
}

TEST(HeapQuickCount, LeavesOutWhatTheScopeBeforeHad) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  void* old = nullptr;
  {
    const Scope before;
    count_once();
    old = escape(std::malloc(900));
  }
  const Scope scope;
  std::free(old);
  void* block = escape(std::malloc(10));
  std::free(block);
  block = escape(std::malloc(20));
  expect_figures(scope.figures(), {2, 30, 20, 1, 20, 20});
  std::free(block);
}

// Goes on when the other has come as far.
class Steps {
 public:
  void come_to(int step) { step_ = step; }
  void wait_for(int step) const {
    while (step_ < step) std::this_thread::yield();
  }

 private:
  std::atomic<int> step_{0};
};

// The second scope has the place of the first, and what a thread has changed in that is still
// there.
TEST(HeapQuickCount, BeginsAnewInEachThread) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  Steps steps;
  std::optional<Scope> scope;
  scope.emplace();
  count_once();
  void* block = nullptr;
  std::thread other([&] {
    void* const old = escape(std::malloc(900));
    steps.come_to(1);
    steps.wait_for(2);
    block = escape(std::malloc(10));
    steps.come_to(3);
    steps.wait_for(4);
    std::free(old);
    std::free(block);
  });
  steps.wait_for(1);
  scope.reset();
  scope.emplace();
  count_once();
  steps.come_to(2);
  steps.wait_for(3);
  EXPECT_EQ(scope->figures().live_bytes, 10U);
  steps.come_to(4);
  other.join();
}

// It has less than nothing, which is no moment when it had nothing beside what others have now.
TEST(HeapQuickCount, AThreadThatFreesForOthersAddsNoPeak) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  constexpr std::uint64_t kBytes = 5000;
  constexpr std::uint64_t kHeld = 1000 * kBytes;
  static void* blocks[kHeld / kBytes];
  const auto take = [] {
    for (void*& block : blocks) block = std::malloc(kBytes);
  };
  const auto give_back = [] {
    for (void* block : blocks) std::free(block);
  };
  const Scope scope;
  Steps steps;
  take();
  std::thread other([&] {
    give_back();
    steps.come_to(1);
    steps.wait_for(2);
  });
  steps.wait_for(1);
  take();
  EXPECT_LE(*scope.figures().peak_bytes, kHeld + 2 * kThreadSlackBytes);
  steps.come_to(2);
  other.join();
  give_back();
  EXPECT_GE(*scope.figures().peak_bytes + 2 * kThreadSlackBytes, kHeld);
  EXPECT_LE(*scope.figures().peak_bytes, kHeld + 2 * kThreadSlackBytes);
}

}  // namespace
}  // namespace redzone::heap
