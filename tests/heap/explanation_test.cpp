// Where: events, contributors and leaks come with the stack of the call.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "heap/tables.hpp"
#include "tests/heap/expect_figures.hpp"

namespace redzone::heap {
namespace {

constexpr std::uint64_t kKiB = 1024;

class HeapExplanation : public testing::Test {
 protected:
  void SetUp() override {
    if (!is_counting()) GTEST_SKIP() << "nothing is told";
  }
};

// A place that allocates, and the stack that its allocations have but for the innermost address.
struct Place {
  Stack stack;
  __attribute__((noinline)) void* allocate(std::size_t size_bytes) {
    void* block = escape(std::malloc(size_bytes));
    stack = Stack::here();
    return block;
  }
};

// Within one function of ours, called from the same place.
bool is_of(const Stack& stack, const Place& place) {
  if (stack.empty() || stack.size() != place.stack.size()) return false;
  const std::uintptr_t first = stack[0] < place.stack[0] ? stack[0] : place.stack[0];
  const std::uintptr_t last = stack[0] < place.stack[0] ? place.stack[0] : stack[0];
  if (last - first > 512) return false;
  for (std::size_t i = 1; i < stack.size(); ++i) {
    if (stack[i] != place.stack[i]) return false;
  }
  return true;
}

std::string text_of(const Stack& stack) {
  std::string text;
  char line[200];
  for (std::size_t i = 0; i < stack.size(); ++i) {
    text += std::string("\n  ") + describe_frame(stack, i, line);
  }
  return text;
}

TEST_F(HeapExplanation, TellsTheFirstAllocationThatIsTooLarge) {
  ScopeOptions options;
  options.explain_largest_bytes = 1000;
  Scope scope(options);
  Place place;
  void* at_the_limit = escape(std::malloc(1000));
  EXPECT_EQ(scope.crossed_largest().size_bytes, 0U);
  void* above = place.allocate(1001);
  void* larger = escape(std::malloc(5000));
  std::free(at_the_limit);
  std::free(above);
  std::free(larger);
  const Event event = scope.crossed_largest();
  EXPECT_EQ(event.size_bytes, 1001U);
  EXPECT_EQ(event.number, 2U);
  EXPECT_TRUE(is_of(event.stack, place)) << text_of(event.stack) << text_of(place.stack);
  EXPECT_EQ(scope.crossed_peak().size_bytes, 0U);
  EXPECT_EQ(scope.crossed_allocation_count().size_bytes, 0U);
}

TEST_F(HeapExplanation, TellsTheFirstAllocationBeyondTheCount) {
  ScopeOptions options;
  options.explain_allocation_count = 2;
  Scope scope(options);
  Place place;
  std::free(escape(std::malloc(10)));
  std::free(escape(std::malloc(11)));
  EXPECT_EQ(scope.crossed_allocation_count().size_bytes, 0U);
  std::free(place.allocate(12));
  std::free(escape(std::malloc(13)));
  const Event event = scope.crossed_allocation_count();
  EXPECT_EQ(event.size_bytes, 12U);
  EXPECT_EQ(event.number, 3U);
  EXPECT_TRUE(is_of(event.stack, place)) << text_of(event.stack) << text_of(place.stack);
}

TEST_F(HeapExplanation, TellsTheAllocationThatCrossesThePeak) {
  ScopeOptions options;
  options.explain_peak_bytes = 100 * kKiB;
  Scope scope(options);
  Place place;
  void* first = escape(std::malloc(60 * kKiB));
  void* second = escape(std::malloc(40 * kKiB));
  EXPECT_EQ(scope.crossed_peak().size_bytes, 0U);
  std::free(second);
  void* third = escape(std::malloc(39 * kKiB));
  void* fourth = place.allocate(kKiB + 1);
  const Event event = scope.crossed_peak();
  std::free(first);
  std::free(third);
  std::free(fourth);
  EXPECT_EQ(event.size_bytes, kKiB + 1);
  EXPECT_EQ(event.number, 4U);
  EXPECT_TRUE(is_of(event.stack, place)) << text_of(event.stack) << text_of(place.stack);
}

TEST_F(HeapExplanation, NamesTheLargestContributorsOfThatMoment) {
  ScopeOptions options;
  options.explain_peak_bytes = 1024 * kKiB;
  Scope scope(options);
  Place large;
  Place small;
  std::vector<void*> blocks;
  blocks.reserve(1000);
  for (int i = 0; i < 20; ++i) blocks.push_back(large.allocate(32 * kKiB));
  for (int i = 0; i < 256; ++i) blocks.push_back(small.allocate(kKiB));
  for (int i = 0; i < 20; ++i) std::free(escape(std::malloc(20 * kKiB)));  // not live then
  blocks.push_back(escape(std::malloc(512 * kKiB)));
  Contributor contributors[8];
  const std::size_t count = scope.contributors(contributors, 8);
  for (void* block : blocks) std::free(block);
  ASSERT_GE(count, 3U);
  EXPECT_EQ(contributors[0].live_bytes, 640 * kKiB);
  EXPECT_EQ(contributors[0].block_count, 20U);
  EXPECT_FALSE(contributors[0].is_sampled);
  EXPECT_TRUE(is_of(contributors[0].stack, large)) << text_of(contributors[0].stack);
  EXPECT_EQ(contributors[1].live_bytes, 512 * kKiB);
  EXPECT_EQ(contributors[1].block_count, 1U);
  EXPECT_TRUE(contributors[2].is_sampled);
  EXPECT_TRUE(is_of(contributors[2].stack, small)) << text_of(contributors[2].stack);
  // Four times the expected error.
  const double error = std::abs(static_cast<double>(contributors[2].live_bytes) - 256.0 * kKiB);
  EXPECT_LE(error, 4 * std::sqrt(256.0 * kKiB * kSampleBytes));
  EXPECT_EQ(contributors[2].block_count, contributors[2].live_bytes / kKiB);
  EXPECT_EQ(scope.contributors(contributors, 1), 1U);
}

TEST_F(HeapExplanation, TakesTheSameSamplesInEachRun) {
  std::uint64_t first = 0;
  for (int run = 0; run < 20; ++run) {
    ScopeOptions options;
    options.explain_peak_bytes = 512 * kKiB;
    Scope scope(options);
    void* blocks[1100] = {};
    for (void*& block : blocks) block = escape(std::malloc(500));
    for (void* block : blocks) std::free(block);
    Contributor contributor;
    ASSERT_EQ(scope.contributors(&contributor, 1), 1U);
    if (run == 0) first = contributor.live_bytes;
    EXPECT_EQ(contributor.live_bytes, first) << "run " << run;
  }
}

TEST_F(HeapExplanation, TellsWhereLiveBlocksCameFrom) {
  ScopeOptions options;
  options.record_blocks = true;
  Scope scope(options);
  Place twice;
  Place once;
  std::vector<void*> blocks;
  blocks.reserve(3);
  volatile int two = 2;  // one call, however the compiler lays the loop out
  for (int i = 0; i < two; ++i) blocks.push_back(twice.allocate(50));
  blocks.push_back(once.allocate(70));
  std::free(escape(std::malloc(5000)));
  Contributor groups[8];
  const std::size_t open_count = scope.leaked(groups, 8);
  scope.close();
  for (void* block : blocks) std::free(block);
  const std::size_t count = scope.leaked(groups, 8);
  EXPECT_EQ(open_count, count);
  // The vector's own block is the smallest group.
  ASSERT_EQ(count, 3U);
  EXPECT_EQ(groups[0].live_bytes, 100U);
  EXPECT_EQ(groups[0].block_count, 2U);
  EXPECT_TRUE(is_of(groups[0].stack, twice)) << text_of(groups[0].stack);
  EXPECT_EQ(groups[1].live_bytes, 70U);
  EXPECT_EQ(groups[1].block_count, 1U);
  EXPECT_TRUE(is_of(groups[1].stack, once)) << text_of(groups[1].stack);
}

// A place for each index, with a stack of its own.
template <std::size_t Index>
__attribute__((noinline)) void* allocate_there() {
  return escape(std::malloc(100 + Index));
}
constexpr std::size_t kPlaces = kContributorsMax + 1;
template <std::size_t... Indices>
std::vector<void*> allocate_everywhere(std::size_t count, std::index_sequence<Indices...>) {
  constexpr std::array<void* (*)(), kPlaces> kFunctions = {&allocate_there<Indices>...};
  std::vector<void*> blocks;
  for (std::size_t i = 0; i < count; ++i) blocks.push_back(kFunctions[i]());
  return blocks;
}

TEST_F(HeapExplanation, TellsTheLargestGroupsUpToTheirLimit) {
  for (const std::size_t place_count : {kPlaces - 2, kPlaces - 1, kPlaces}) {
    ScopeOptions options;
    options.record_blocks = true;
    std::vector<void*> blocks;
    std::array<Contributor, kPlaces + 8> groups;
    std::size_t group_count = 0;
    {
      Scope scope(options);
      blocks = allocate_everywhere(place_count, std::make_index_sequence<kPlaces>());
      scope.close();
      group_count = scope.leaked(groups.data(), groups.size());
    }
    for (void* block : blocks) std::free(block);
    // One more group is that of the vector.
    EXPECT_EQ(group_count, std::min<std::size_t>(place_count + 1, kContributorsMax)) << place_count;
    for (std::size_t i = 1; i < group_count; ++i) {
      EXPECT_GE(groups[i - 1].live_bytes, groups[i].live_bytes) << place_count;
    }
    // The smallest is the one that is left out.
    const std::uint64_t left_out = place_count + 1 - group_count;
    EXPECT_EQ(groups[group_count - 1].live_bytes, 100 + left_out) << place_count;
  }
}

TEST_F(HeapExplanation, TellsNoLeakWhereNoneIs) {
  ScopeOptions options;
  options.record_blocks = true;
  void* before = escape(std::malloc(10));
  Scope scope(options);
  void* block = escape(std::malloc(10));
  block = escape(std::realloc(block, 10000));
  std::free(block);
  std::free(before);
  Contributor group;
  EXPECT_EQ(scope.leaked(&group, 1), 0U);
}

TEST_F(HeapExplanation, LeaksOfAnotherThreadAreOfTheProcessOnly) {
  ScopeOptions options;
  options.record_blocks = true;
  Scope of_process(options);
  options.who = Who::this_thread;
  Scope of_thread(options);
  Place place;
  void* block = nullptr;
  std::thread([&] { block = place.allocate(12345); }).join();
  Contributor groups[8];
  bool is_in_process = false;
  for (std::size_t i = 0; i < of_process.leaked(groups, 8); ++i) {
    is_in_process = is_in_process || groups[i].live_bytes == 12345;
  }
  bool is_in_thread = false;
  for (std::size_t i = 0; i < of_thread.leaked(groups, 8); ++i) {
    is_in_thread = is_in_thread || groups[i].live_bytes == 12345;
  }
  std::free(block);
  EXPECT_TRUE(is_in_process);
  EXPECT_FALSE(is_in_thread);
}

TEST_F(HeapExplanation, WorksInThreadsAtOnce) {
  ScopeOptions options;
  options.record_blocks = true;
  options.explain_peak_bytes = 2000 * kKiB;
  Scope scope(options);
  const auto allocate = [] {
    void* blocks[64] = {};
    for (std::size_t i = 0; i < 3000; ++i) {
      void*& block = blocks[i % 64];
      std::free(block);
      block = std::malloc(i);
    }
    for (void* block : blocks) std::free(block);
  };
  std::thread first(allocate);
  std::thread second(allocate);
  first.join();
  second.join();
  Contributor group;
  while (scope.leaked(&group, 1) == 1 && group.live_bytes > kKiB) FAIL() << text_of(group.stack);
  EXPECT_LT(*scope.figures().live_bytes, kKiB);
}

// The last scope that asks for stacks empties the tables, so that a program of many tests does not
// fill them.
TEST_F(HeapExplanation, LeavesNothingInTheTables) {
  {
    ScopeOptions options;
    options.record_blocks = true;
    Scope scope(options);
    std::free(escape(std::malloc(10)));
    escape(std::malloc(10));
    EXPECT_GE(block_table.size(), 1U);
    EXPECT_GE(stack_table.size(), 1U);
    scope.close();
    std::free(escaped);
  }
  EXPECT_EQ(block_table.size(), 0U);
  EXPECT_EQ(stack_table.size(), 0U);
}

}  // namespace
}  // namespace redzone::heap
