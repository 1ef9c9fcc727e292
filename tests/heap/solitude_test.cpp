// The peak of a program with one thread, and what becomes of it when a second one comes. Each test
// runs in a process of its own, where nobody has counted before.

#include <atomic>
#include <barrier>
#include <cstdlib>
#include <thread>

#include "heap/thread_slots.hpp"
#include "tests/heap/expect_figures.hpp"

namespace redzone::heap {
namespace {

constexpr std::uint64_t kHeld = 10 << 20;
constexpr std::uint64_t kBlocks = 1000;
constexpr std::uint64_t kSlack = 2 * kThreadSlackBytes;

// kHeld in blocks that are too small to be told to the process one by one.
struct Hoard {
  void take() {
    for (void*& block : blocks) block = escape_here(std::malloc(kHeld / kBlocks));
  }
  void give_back() {
    for (void*& block : blocks) std::free(block);
  }
  // escape() is for one thread at a time.
  static void* escape_here(void* block) {
    void* volatile kept = block;
    return kept;
  }
  void* blocks[kBlocks] = {};
};

void expect_about(std::optional<std::uint64_t> figure, std::uint64_t bytes) {
  ASSERT_TRUE(figure.has_value());
  EXPECT_GE(*figure + kSlack, bytes);
  EXPECT_LE(*figure, bytes + kSlack);
}

// Whether this thread is the first that counts: other tests in the same process leave slots behind.
bool is_alone() {
  const Scope scope;
  std::free(escape(std::malloc(1)));
  return thread_slots[kFirstSlot].told_above_bytes.load() == kToldNever;
}

TEST(HeapSolitude, IsWhatAProgramBeginsWith) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  if (slot_count() > kFirstSlot + 1) GTEST_SKIP() << "other tests had threads in this process";
  EXPECT_TRUE(is_alone());
  const Scope scope;
  std::thread([] { std::free(escape(std::malloc(100))); }).join();
  EXPECT_FALSE(is_alone());
}

TEST(HeapSolitude, HasAnExactPeak) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  const Scope scope;
  std::free(escape(std::malloc(kHeld)));
  void* held = escape(std::malloc(1000));
  std::free(escape(std::malloc(kHeld - 999)));
  std::free(held);
  EXPECT_EQ(scope.figures().peak_bytes, kHeld + 1);
  EXPECT_EQ(scope.figures().live_bytes, 0U);
}

// The other is alone in having something, although the first once had as much.
TEST(HeapSolitude, APeakOfThePastIsNotAddedToAnotherThreads) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  const Scope scope;
  Hoard own;
  own.take();
  own.give_back();
  std::thread([&scope] {
    Hoard others;
    others.take();
    expect_about(scope.figures().peak_bytes, kHeld);
    others.give_back();
  }).join();
  expect_about(scope.figures().peak_bytes, kHeld);
  own.take();
  own.give_back();
  expect_about(scope.figures().peak_bytes, kHeld);
}

TEST(HeapSolitude, APeakOfThePastIsNotLostWhenOthersHoldLess) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  const Scope scope;
  Hoard own;
  own.take();
  own.give_back();
  std::thread([&scope] {
    std::free(escape(std::malloc(kHeld / 2)));
    expect_about(scope.figures().peak_bytes, kHeld);
  }).join();
  std::free(escape(std::malloc(100)));
  expect_about(scope.figures().peak_bytes, kHeld);
}

TEST(HeapSolitude, WhatIsHeldBesideAnotherThreadIsAdded) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  const Scope scope;
  Hoard own;
  own.take();
  std::thread([&scope] {
    const Scope inner;
    Hoard others;
    others.take();
    expect_about(scope.figures().peak_bytes, 2 * kHeld);
    expect_about(inner.figures().peak_bytes, kHeld);
    others.give_back();
  }).join();
  own.give_back();
  expect_about(scope.figures().peak_bytes, 2 * kHeld);
  expect_about(scope.figures().live_bytes, 0);
}

// Has kHeld until it is told to end.
class Neighbour {
 public:
  Neighbour() {
    while (!holds_) std::this_thread::yield();
  }
  ~Neighbour() {
    may_end_ = true;
    thread_.join();
  }
  Neighbour(const Neighbour&) = delete;
  Neighbour& operator=(const Neighbour&) = delete;

 private:
  void run() {
    Hoard hoard;
    hoard.take();
    holds_ = true;
    while (!may_end_) std::this_thread::yield();
    hoard.give_back();
  }

  std::atomic<bool> holds_{false};
  std::atomic<bool> may_end_{false};
  std::thread thread_{[this] { run(); }};
};

// The first thread goes on, up to what it once had alone.
TEST(HeapSolitude, WhatTheFirstTakesLaterIsAdded) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  const Scope scope;
  Hoard own;
  own.take();
  own.give_back();
  {
    const Neighbour neighbour;
    own.take();
    own.give_back();
  }
  expect_about(scope.figures().peak_bytes, 2 * kHeld);
}

TEST(HeapSolitude, AFirstLargeBlockBesideAnotherThreadIsAdded) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  const Scope scope;
  std::free(escape(std::malloc(100)));
  {
    const Neighbour neighbour;
    std::free(escape(std::malloc(kHeld)));
  }
  expect_about(scope.figures().peak_bytes, 2 * kHeld);
}

TEST(HeapSolitude, AScopeOfTheThreadStaysExact) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  ScopeOptions options;
  options.who = Who::this_thread;
  const Scope outer;
  std::free(escape(std::malloc(100)));
  const Scope scope(options);
  std::free(escape(std::malloc(kHeld)));
  const Figures before = scope.figures();
  std::thread([] { std::free(escape(std::malloc(kHeld))); }).join();
  std::free(escape(std::malloc(kHeld + 5000)));
  EXPECT_EQ(before.peak_bytes, kHeld);
  expect_about(scope.figures().peak_bytes, kHeld + 5000);
  expect_about(outer.figures().peak_bytes, kHeld + 5000);
}

// A budget is looked at with what the first has and has not told, also when there are many threads.
TEST(HeapSolitude, WhatTheFirstHoldsCountsForABudget) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  ScopeOptions options;
  options.explain_peak_bytes = kHeld + kHeld / 2;
  const Scope scope(options);
  Hoard own;
  own.take();
  // The first thread waits for this one, and does not count meanwhile.
  std::thread([&scope] {
    std::barrier all_have_slots(12);
    std::thread threads[12];
    for (std::thread& thread : threads) {
      thread = std::thread([&all_have_slots] {
        void* block = Hoard::escape_here(std::malloc(100));
        all_have_slots.arrive_and_wait();
        std::free(block);
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(scope.crossed_peak().number, 0U);
    Hoard others;
    others.take();
    EXPECT_NE(scope.crossed_peak().number, 0U);
    others.give_back();
  }).join();
  own.give_back();
}

}  // namespace
}  // namespace redzone::heap
