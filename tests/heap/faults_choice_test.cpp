#include <gtest/gtest.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <thread>
#include <vector>

#include "redzone/heap/fault_plan.hpp"
#include "redzone/heap/figures.hpp"
#include "redzone/heap/harmless.hpp"
#include "redzone/heap/limits.hpp"
#include "tests/heap/faults_blocks.hpp"

namespace redzone::heap {
namespace {

// Allocates `sizes` one after the other, and tells which failed: "..x.." for the third.
std::array<char, 16> failures_of(std::initializer_list<std::size_t> sizes) {
  std::array<char, 16> text = {};
  std::size_t index = 0;
  for (const std::size_t size : sizes) text[index++] = malloc_succeeds(size) ? '.' : 'x';
  return text;
}

std::string failures_under(const FaultPlan& plan,
                           std::initializer_list<std::size_t> sizes = {10, 20, 30, 40, 50}) {
  arm(plan);
  const std::array<char, 16> failures = failures_of(sizes);
  disarm();
  return failures.data();
}

FaultPlan nth(std::uint64_t number) {
  FaultPlan plan;
  plan.nth = number;
  return plan;
}

FaultPlan from_nth_on(std::uint64_t number) {
  FaultPlan plan = nth(number);
  plan.for_ever = true;
  return plan;
}

TEST(FaultPlan, FailsOneAllocationAtItsTurn) {
  EXPECT_EQ(failures_under(nth(1)), "x....");
  EXPECT_EQ(failures_under(nth(4)), "...x.");
  EXPECT_EQ(failures_under(nth(5)), "....x");
}

TEST(FaultPlan, FailsNothingBeyondTheLastAllocation) {
  arm(nth(6));
  EXPECT_STREQ(failures_of({1, 2, 3, 4, 5}).data(), ".....");
  const FaultReport report = disarm();
  EXPECT_EQ(report.matched_count, 5U);
  EXPECT_EQ(report.chosen_count, 5U);
  EXPECT_EQ(report.injected_count, 0U);
  EXPECT_EQ(report.first_injected.number, 0U);
  EXPECT_TRUE(report.first_injected.stack.empty());
}

TEST(FaultPlan, FailsForEverFromTheNthOn) {
  EXPECT_EQ(failures_under(from_nth_on(1)), "xxxxx");
  EXPECT_EQ(failures_under(from_nth_on(3)), "..xxx");
  EXPECT_EQ(failures_under(from_nth_on(6)), ".....");
}

TEST(FaultPlan, OnlyCountsForZero) {
  EXPECT_EQ(failures_under(nth(0)), ".....");
  EXPECT_EQ(failures_under(from_nth_on(0)), ".....");
}

TEST(FaultPlan, TakesSizesInclusively) {
  FaultPlan plan = from_nth_on(1);
  plan.size_bytes_min = 20;
  plan.size_bytes_max = 40;
  EXPECT_EQ(failures_under(plan, {19, 20, 21, 39, 40, 41}), ".xxxx.");
  plan = nth(2);
  plan.size_bytes_min = 20;
  EXPECT_EQ(failures_under(plan, {10, 20, 10, 30, 40}), "...x.");
}

TEST(FaultPlan, ReportsTheFirstThatFailed) {
  arm(from_nth_on(2));
  EXPECT_STREQ(failures_of({10, 20, 30}).data(), ".xx");
  const FaultReport report = disarm();
  EXPECT_EQ(report.injected_count, 2U);
  EXPECT_EQ(report.first_injected.number, 2U);
  EXPECT_EQ(report.first_injected.size_bytes, 20U);
}

TEST(FaultPlan, IsReplacedByTheNextAndEndsOnce) {
  arm(nth(1));
  arm(nth(2));
  EXPECT_TRUE(malloc_succeeds(1));
  EXPECT_EQ(fault_report().matched_count, 1U);
  EXPECT_FALSE(malloc_succeeds(1));
  EXPECT_EQ(disarm().injected_count, 1U);
  EXPECT_TRUE(malloc_succeeds(1));
  EXPECT_EQ(fault_report().matched_count, 0U);
  EXPECT_EQ(disarm().matched_count, 0U);
}

// A thread that allocates three times whenever it is told to.
class OtherThread {
 public:
  OtherThread() : thread_([this] { run(); }) {}
  OtherThread(const OtherThread&) = delete;
  OtherThread& operator=(const OtherThread&) = delete;
  ~OtherThread() {
    order_ = end;
    thread_.join();
  }

  std::string allocate_thrice() {
    order_ = allocate;
    while (order_ != wait) std::this_thread::yield();
    return failures_.data();
  }

 private:
  enum Order { wait, allocate, end };

  void run() {
    while (order_ != end) {
      if (order_ == allocate) {
        failures_ = failures_of({1, 2, 3});
        order_ = wait;
      }
      std::this_thread::yield();
    }
  }

  std::array<char, 16> failures_ = {};
  std::atomic<Order> order_ = wait;
  std::thread thread_;
};

TEST(FaultPlan, LeavesOtherThreadsAlone) {
  OtherThread other;
  arm(from_nth_on(1));
  EXPECT_EQ(other.allocate_thrice(), "...");
  EXPECT_EQ(fault_report().matched_count, 0U);
  EXPECT_FALSE(malloc_succeeds(1));
  disarm();
}

TEST(FaultPlan, LooksAtAllThreadsForTheProcess) {
  OtherThread other;
  FaultPlan plan = nth(2);
  plan.who = Who::process;
  arm(plan);
  EXPECT_TRUE(malloc_succeeds(1));
  EXPECT_EQ(other.allocate_thrice(), "x..");
  EXPECT_EQ(disarm().matched_count, 4U);
}

TEST(FaultPlan, FailsOneOfManyThreadsOnce) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kEach = 500;
  std::atomic<std::uint64_t> failed_count = 0;
  std::atomic<bool> may_start = false;
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&] {
      while (!may_start) std::this_thread::yield();
      for (std::uint64_t left = kEach; left > 0; --left) failed_count += !malloc_succeeds(8);
    });
  }
  FaultPlan plan = nth(kThreads * kEach / 2);
  plan.who = Who::process;
  plan.size_bytes_min = 8;  // no thread's own
  plan.size_bytes_max = 8;
  arm(plan);
  may_start = true;
  for (std::thread& thread : threads) thread.join();
  const FaultReport report = disarm();
  EXPECT_EQ(failed_count, 1U);
  EXPECT_EQ(report.matched_count, kThreads * kEach);
  EXPECT_EQ(report.first_injected.number, plan.nth);
}

TEST(FaultPlan, GoesOnInAChildProcess) {
  arm(nth(2));
  EXPECT_TRUE(malloc_succeeds(1));
  const pid_t child = fork();
  if (child == 0) _exit(malloc_succeeds(1) ? 1 : 0);
  disarm();
  ASSERT_GT(child, 0);
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

std::vector<std::uint64_t> sampled_numbers(std::uint64_t seed, std::uint64_t one_in) {
  FaultPlan plan = nth(0);
  plan.among = Among::samples;
  plan.seed = seed;
  plan.sample_one_in = one_in;
  std::vector<std::uint64_t> numbers;
  numbers.reserve(1000);
  arm(plan);
  for (std::uint64_t number = 1; number <= 1000; ++number) {
    const std::uint64_t before = fault_report().chosen_count;
    EXPECT_TRUE(malloc_succeeds(8));
    if (fault_report().chosen_count != before) numbers.push_back(number);
  }
  disarm();
  return numbers;
}

TEST(FaultPlan, SamplesTheSameForASeed) {
  const std::vector<std::uint64_t> numbers = sampled_numbers(7, 10);
  EXPECT_EQ(numbers, sampled_numbers(7, 10));
  std::vector<std::uint64_t> expected;
  for (std::uint64_t number = 1; number <= 1000; ++number) {
    if (is_sampled(number, 7, 10)) expected.push_back(number);
  }
  EXPECT_EQ(numbers, expected);
  EXPECT_NE(numbers, sampled_numbers(8, 10));
  EXPECT_GE(numbers.size(), 60U);  // 100 expected, four standard deviations
  EXPECT_LE(numbers.size(), 140U);
  EXPECT_EQ(sampled_numbers(7, 1).size(), 1000U);
  EXPECT_EQ(sampled_numbers(7, 0).size(), 1000U);
}

TEST(FaultPlan, FailsTheNthOfTheSample) {
  const std::vector<std::uint64_t> numbers = sampled_numbers(7, 10);
  FaultPlan plan = nth(3);
  plan.among = Among::samples;
  plan.seed = 7;
  plan.sample_one_in = 10;
  arm(plan);
  for (int i = 0; i < 1000; ++i) static_cast<void>(malloc_succeeds(8));
  const FaultReport report = disarm();
  EXPECT_EQ(report.chosen_count, numbers.size());
  EXPECT_EQ(report.first_injected.number, numbers.at(2));
}

// A number that the optimiser does not know, so that a loop is not unrolled into more call sites.
int times(int count) {
  asm volatile("" : "+r"(count));
  return count;
}

[[gnu::noinline]] void first_site() { std::free(kept(std::malloc(8))); }
[[gnu::noinline]] void second_site() { std::free(kept(std::malloc(8))); }
[[gnu::noinline]] void third_site() { std::free(kept(std::malloc(8))); }

[[gnu::noinline]] void ten_times(void (*site)()) {
  for (int left = times(10); left > 0; --left) site();
}

[[gnu::noinline]] void thirty_allocations_at_three_sites() {
  ten_times(&first_site);
  ten_times(&second_site);
  ten_times(&third_site);
}

TEST(FaultPlan, ChoosesEachStackOnce) {
  FaultPlan plan = nth(0);
  plan.among = Among::new_stacks;
  arm(plan);
  for (int left = times(2); left > 0; --left) thirty_allocations_at_three_sites();
  const FaultReport report = disarm();
  EXPECT_EQ(report.matched_count, 60U);
  EXPECT_EQ(report.chosen_count, 3U);
  EXPECT_EQ(report.lost_stack_count, 0U);
  std::array<std::uint64_t, 4> firsts = {};
  EXPECT_EQ(stack_firsts(firsts.data(), firsts.size()), 3U);
  EXPECT_EQ(firsts, (std::array<std::uint64_t, 4>{1, 11, 21, 0}));
  firsts = {};
  EXPECT_EQ(stack_firsts(firsts.data(), 2), 3U);
  EXPECT_EQ(firsts, (std::array<std::uint64_t, 4>{1, 11, 0, 0}));
}

TEST(FaultPlan, FailsTheFirstOfTheNthStack) {
  FaultPlan plan = nth(2);
  plan.among = Among::new_stacks;
  arm(plan);
  thirty_allocations_at_three_sites();
  FaultReport report = disarm();
  EXPECT_EQ(report.first_injected.number, 11U);
  EXPECT_EQ(report.injected_count, 1U);
  plan.for_ever = true;
  arm(plan);
  thirty_allocations_at_three_sites();
  report = disarm();
  EXPECT_EQ(report.first_injected.number, 11U);
  EXPECT_EQ(report.injected_count, 20U) << "for ever means all that match";
}

TEST(FaultPlan, ReportsTheStackFromTheCallOn) {
  arm(nth(1));
  second_site();
  const FaultReport report = disarm();
  ASSERT_GE(report.first_injected.stack.size(), 2U);
  const auto site = reinterpret_cast<std::uintptr_t>(&second_site);
  EXPECT_GT(report.first_injected.stack[0], site);
  EXPECT_LT(report.first_injected.stack[0], site + 512);
}

// Each of 2^depth ways through it has a stack of its own.
[[gnu::noinline]] void allocate_at_every_leaf(unsigned depth) {
  if (depth == 0) {
    EXPECT_TRUE(malloc_succeeds(8));
    return;
  }
  allocate_at_every_leaf(depth - 1);
  asm volatile("");
  allocate_at_every_leaf(depth - 1);
  asm volatile("");
}

TEST(FaultPlan, SaysHowManyStacksItLost) {
  if (back_end() == BackEnd::valgrind) return;  // which takes seconds for 8192 stacks
  FaultPlan plan = nth(0);
  plan.among = Among::new_stacks;
  arm(plan);
  allocate_at_every_leaf(13);
  EXPECT_EQ(fault_report().chosen_count, kStacksMax);
  EXPECT_EQ(fault_report().lost_stack_count, 0U);
  for (int left = times(2); left > 0; --left) first_site();
  EXPECT_EQ(fault_report().lost_stack_count, 2U);
  allocate_at_every_leaf(0);
  const FaultReport report = disarm();
  EXPECT_EQ(report.lost_stack_count, 3U);
  EXPECT_EQ(report.chosen_count, kStacksMax);
}

TEST(FaultPlan, CountsTheHarmless) {
  arm(from_nth_on(1));
  EXPECT_FALSE(malloc_succeeds(1));
  {
    const HarmlessFailure outer;
    EXPECT_FALSE(malloc_succeeds(1));
    {
      const HarmlessFailure inner;
      EXPECT_FALSE(malloc_succeeds(1));
    }
    EXPECT_FALSE(malloc_succeeds(1));
  }
  EXPECT_FALSE(malloc_succeeds(1));
  const FaultReport report = disarm();
  EXPECT_EQ(report.injected_count, 5U);
  EXPECT_EQ(report.harmless_count, 3U);
}

std::uint64_t hash_under(const FaultPlan& plan, std::initializer_list<std::size_t> sizes) {
  arm(plan);
  static_cast<void>(failures_of(sizes));
  return disarm().sequence_hash;
}

TEST(FaultPlan, HashesTheSizesUntilTheInjection) {
  EXPECT_EQ(hash_under(nth(0), {1, 2, 3}), hash_under(nth(0), {1, 2, 3}));
  EXPECT_NE(hash_under(nth(0), {1, 2, 3}), hash_under(nth(0), {1, 3, 2}));
  EXPECT_NE(hash_under(nth(0), {1, 2, 3}), hash_under(nth(0), {1, 2}));
  EXPECT_NE(hash_under(nth(0), {0}), hash_under(nth(0), {}));
  EXPECT_EQ(hash_under(nth(2), {1, 2, 3}), hash_under(nth(0), {1, 2}));
  EXPECT_EQ(hash_under(nth(2), {1, 2, 3}), hash_under(from_nth_on(2), {1, 2, 9, 9}));
}

TEST(FaultPlan, GivesTheSameInAHundredRuns) {
  FaultPlan plan = nth(2);
  plan.among = Among::new_stacks;
  FaultReport first;
  for (int run = 0; run < 100; ++run) {
    arm(plan);
    thirty_allocations_at_three_sites();
    const FaultReport report = disarm();
    if (run == 0) first = report;
    ASSERT_EQ(report.matched_count, first.matched_count);
    ASSERT_EQ(report.chosen_count, first.chosen_count);
    ASSERT_EQ(report.injected_count, first.injected_count);
    ASSERT_EQ(report.first_injected.number, first.first_injected.number);
    ASSERT_EQ(report.first_injected.stack, first.first_injected.stack);
    ASSERT_EQ(report.sequence_hash, first.sequence_hash);
  }
}

}  // namespace
}  // namespace redzone::heap
