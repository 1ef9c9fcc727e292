#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <cstdlib>
#include <thread>
#include <vector>

#include "heap/thread_slots.hpp"
#include "tests/heap/expect_figures.hpp"

namespace redzone::heap {
namespace {

constexpr std::uint64_t kKiB = 1024;

TEST(HeapThreads, CountsAreExactOnceTheyAreJoined) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  constexpr std::size_t kThreads = 4;
  constexpr std::size_t kBlocks = 5000;
  Scope scope;
  const auto allocate = [](std::size_t seed) {
    void* blocks[16] = {};
    for (std::size_t i = 0; i < kBlocks; ++i) {
      void*& block = blocks[i * seed % 16];
      std::free(block);
      block = std::malloc(100 + i % 10);
    }
    for (void* block : blocks) std::free(block);
  };
  Scope inner;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kThreads; ++i) threads.emplace_back(allocate, 2 * i + 1);
  for (std::thread& thread : threads) thread.join();
  // std::thread and the vector allocate too, and a sanitizer's thread may: those sizes differ.
  threads = std::vector<std::thread>();
  const Figures figures = inner.figures();
  EXPECT_GE(*figures.allocation_count, kThreads * kBlocks);
  EXPECT_LE(*figures.allocation_count, kThreads * kBlocks + 8 * kThreads);
  EXPECT_EQ(figures.allocation_count, scope.figures().allocation_count);
  EXPECT_LT(*figures.live_bytes, 4 * kKiB);
}

// Two threads that hold what they have at the same moment.
TEST(HeapThreads, ThePeakIsWithinTheSlackOfEach) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  constexpr std::size_t kBlocks = 900;
  constexpr std::uint64_t kHeld = std::uint64_t{2} * kBlocks * kKiB;
  Scope scope;
  std::barrier all_hold(2);
  const auto hold = [&all_hold] {
    void* blocks[kBlocks] = {};
    for (void*& block : blocks) block = std::malloc(kKiB);
    all_hold.arrive_and_wait();
    for (void* block : blocks) std::free(block);
    all_hold.arrive_and_wait();
  };
  std::thread other(hold);
  hold();
  other.join();
  const Figures figures = scope.figures();
  EXPECT_GE(*figures.peak_bytes + 2 * kThreadSlackBytes, kHeld);
  EXPECT_LE(*figures.peak_bytes, kHeld + 2 * kThreadSlackBytes);
}

// Nothing of what one held in the past is held by both. The first thread is alone in the beginning.
TEST(HeapThreads, ThePeaksOfOneAfterTheOtherAreNotAdded) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  constexpr std::uint64_t kHeld = 16 * kThreadSlackBytes;
  Scope scope;
  std::free(escape(std::malloc(kHeld)));
  Figures held;
  std::thread([&] {
    void* block = escape(std::malloc(kHeld));
    held = scope.figures();
    std::free(block);
  }).join();
  EXPECT_GE(*held.peak_bytes, kHeld);
  EXPECT_LE(*held.peak_bytes, kHeld + 2 * kThreadSlackBytes);
  EXPECT_LE(*scope.figures().peak_bytes, kHeld + 2 * kThreadSlackBytes);
}

TEST(HeapThreads, AScopeOfAThreadCountsThatThreadOnly) {
  ScopeOptions options;
  options.who = Who::this_thread;
  Scope scope(options);
  void* own = escape(std::malloc(100));
  void* of_other = nullptr;
  std::atomic<bool> is_done{false};
  // Made before: std::thread allocates in the thread that makes it.
  const Figures before = scope.figures();
  std::thread other([&] {
    std::free(own);                                 // stays live in the scope
    of_other = std::malloc(4 * kThreadSlackBytes);  // so much that it is not kept to itself
    is_done = true;
  });
  other.join();
  std::free(of_other);
  const Figures figures = scope.figures();
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  EXPECT_EQ(before.live_bytes, 100U);
  EXPECT_LT(*figures.requested_bytes, 5000U);
  EXPECT_LT(*figures.largest_bytes, 5000U);
  EXPECT_LT(*figures.peak_bytes, 5000U);
  EXPECT_GE(*figures.live_bytes, 100U);
}

struct FreesAtTheEnd {
  ~FreesAtTheEnd() {
    std::free(block);
    void* late = escape(std::malloc(50));
    std::free(late);
  }
  void* block = nullptr;
};

TEST(HeapThreads, WhatTheirDestructorsDoIsCounted) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  const auto run = [](bool is_late) {
    Scope scope;
    std::thread([is_late] {
      thread_local FreesAtTheEnd at_the_end;
      if (is_late) at_the_end.block = escape(std::malloc(7000));
    }).join();
    return scope.figures();
  };
  run(false);  // what is allocated for the first thread only
  const Figures without = run(false);
  const Figures with = run(true);
  EXPECT_GE(*without.requested_bytes, 50U);
  EXPECT_EQ(*with.requested_bytes, *without.requested_bytes + 7000);
  EXPECT_EQ(with.live_bytes, without.live_bytes);
}

// Keys are destroyed in the order in which they were made, and heap has one too.
TEST(HeapThreads, WhatDestructorsOfLaterKeysDoIsCounted) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  Scope scope;
  pthread_key_t key = {};
  const auto free_at_the_end = [](void* block) {
    std::free(block);
    std::free(escape(std::malloc(1000000)));
  };
  ASSERT_EQ(pthread_key_create(&key, free_at_the_end), 0);
  std::thread([key] { pthread_setspecific(key, escape(std::malloc(500000))); }).join();
  const Figures figures = scope.figures();
  EXPECT_EQ(pthread_key_delete(key), 0);
  EXPECT_GE(*figures.requested_bytes, 1500000U);
  EXPECT_EQ(figures.largest_bytes, 1000000U);
  EXPECT_LT(*figures.live_bytes, 100 * kKiB);
}

TEST(HeapThreads, GiveTheirSlotsBack) {
  const std::uint32_t thread_count = is_counting() ? kThreadsMax + 100 : 20;
  Scope scope;
  std::uint64_t told = 0;
  for (std::uint32_t i = 0; i < thread_count; ++i) {
    std::thread([&told] {
      void* block = escape(std::malloc(10));
      if (block != nullptr) ++told;
      std::free(block);
    }).join();
  }
  EXPECT_EQ(told, thread_count);
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  std::uint32_t taken_count = 0;
  for (const ThreadSlot& slot : thread_slots) taken_count += slot.is_taken.load();
  EXPECT_LE(taken_count, 4U);
  EXPECT_GE(*scope.figures().allocation_count, std::uint64_t{2} * thread_count);
}

// The child of a program whose other thread is in the middle of allocating.
TEST(HeapThreads, AChildCountsAfterFork) {
  if (back_end() != BackEnd::interposer) GTEST_SKIP() << "sanitizers have rules of their own";
  ScopeOptions options;
  options.record_blocks = true;
  Scope scope(options);
  std::atomic<bool> is_done{false};
  std::thread busy([&is_done] {
    while (!is_done) std::free(escape(std::malloc(3000)));
  });
  for (int i = 0; i < 20; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      alarm(30);
      Scope own;
      void* block = escape(std::malloc(100));
      const Figures held = own.figures();
      std::free(block);
      const bool is_right = held.allocation_count == 1U && held.live_bytes == 100U &&
                            own.figures().live_bytes == 0U && scope.figures().live_bytes < 8 * kKiB;
      _exit(is_right ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "fork " << i << ": " << status;
  }
  is_done = true;
  busy.join();
}

// Scopes open and close while others allocate: nothing may get lost between them.
TEST(HeapThreads, ScopesComeAndGoWhileOthersAllocate) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  std::atomic<bool> is_done{false};
  std::thread busy([&is_done] {
    void* blocks[32] = {};
    for (std::size_t i = 0; !is_done; ++i) {
      void*& block = blocks[i % 32];
      std::free(block);
      block = std::malloc(i % 3000);
    }
    for (void* block : blocks) std::free(block);
  });
  for (int i = 0; i < 2000; ++i) {
    Scope scope;
    Scope inner;
    const Figures figures = scope.figures();
    ASSERT_LE(*figures.live_bytes, 32 * 3000U) << i;
    ASSERT_LE(*figures.live_bytes, *figures.peak_bytes) << i;
  }
  Scope last;
  is_done = true;
  busy.join();
  EXPECT_EQ(last.figures().live_bytes, 0U);
}

// A thread that takes a stack for a scope may come to tell when that one is closed, and its place
// is taken by the next.
TEST(HeapThreads, AScopeHearsNothingThatWasMeantForTheOneBefore) {
  if (!is_counting()) GTEST_SKIP() << "nothing is counted";
  constexpr std::uint64_t kSmall = 200;
  std::atomic<bool> is_done{false};
  std::thread busy([&is_done] {
    while (!is_done) {
      void* volatile block = std::malloc(kSmall);  // escape() is for one thread at a time
      std::free(block);
    }
  });
  std::uint32_t wrong_count = 0;
  for (int i = 0; i < 2000; ++i) {
    ScopeOptions options;
    options.explain_largest_bytes = kSmall - 1;
    {
      Scope scope(options);
      escape(Stack::here().empty() ? nullptr : &scope);  // about as long as the other takes
    }
    options.explain_largest_bytes = kSmall;
    Scope next(options);
    for (int j = 0; j < 10; ++j) escape(Stack::here().empty() ? nullptr : &next);
    if (next.crossed_largest().number != 0) ++wrong_count;
  }
  is_done = true;
  busy.join();
  EXPECT_EQ(wrong_count, 0U);
}

}  // namespace
}  // namespace redzone::heap
