// What happens beyond a limit, in the real tables of the process.

#include "redzone/heap/limits.hpp"

#include <pthread.h>

#include <vector>

#include "heap/tables.hpp"
#include "tests/heap/expect_figures.hpp"

namespace redzone::heap {
namespace {

// Room for that many blocks in each stripe of the table, as long as it lives.
class SmallBlockTable {
 public:
  explicit SmallBlockTable(std::uint32_t capacity) { block_table.set_stripe_capacity(capacity); }
  SmallBlockTable(const SmallBlockTable&) = delete;
  SmallBlockTable& operator=(const SmallBlockTable&) = delete;
  ~SmallBlockTable() { block_table.set_stripe_capacity(BlockTable::kStripeCapacity); }
};

// A sanitizer's hooks say no size when a block is freed, so live bytes need the table.
TEST(HeapLimits, LiveFiguresNeedTheTableOnlyWhereASanitizerTells) {
  if (!is_counting()) GTEST_SKIP() << "nothing is told";
  const SmallBlockTable small(0);
  Scope outer;
  const Figures before = outer.figures();
  ScopeOptions options;
  options.record_blocks = true;
  Scope scope(options);
  void* block = escape(std::malloc(100));
  const Figures held = scope.figures();
  Contributor group;
  const std::size_t group_count = scope.leaked(&group, 1);
  std::free(block);
  const Figures outer_figures = outer.figures();
  EXPECT_EQ(before.live_bytes, 0U);
  EXPECT_EQ(held.allocation_count, 1U);
  EXPECT_EQ(held.requested_bytes, 100U);
  EXPECT_EQ(held.largest_bytes, 100U);
  EXPECT_EQ(group_count, 0U);
  const bool is_known = back_end() == BackEnd::interposer;
  for (const Figures& figures : {held, outer_figures}) {
    EXPECT_EQ(figures.live_block_count.has_value(), is_known);
    EXPECT_EQ(figures.live_bytes.has_value(), is_known);
    EXPECT_EQ(figures.peak_bytes.has_value(), is_known);
  }
  EXPECT_EQ(held.live_bytes.value_or(100), 100U);
  EXPECT_EQ(outer_figures.live_bytes.value_or(0), 0U);
}

struct ThreadOfMany {
  pthread_t thread = {};
  pthread_barrier_t* barrier = nullptr;
  Figures own;
  Exactness exactness = Exactness::approximate;  // of its own figures, as capability says
};

void* allocate_with_all(void* argument) {
  ThreadOfMany& self = *static_cast<ThreadOfMany*>(argument);
  ScopeOptions options;
  options.who = Who::this_thread;
  void* block = escape(std::malloc(10));
  pthread_barrier_wait(self.barrier);  // each has a slot, or found none
  pthread_mutex_t* const mutex = [] {
    static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
    return &one_at_a_time;
  }();
  pthread_mutex_lock(mutex);  // there may be few scopes at the same time
  {
    Scope scope(options);
    std::free(escape(std::malloc(20)));
    self.own = scope.figures();
    self.exactness = capability(Quantity::allocation_count, Who::this_thread).exactness;
  }
  pthread_mutex_unlock(mutex);
  std::free(block);
  pthread_barrier_wait(self.barrier);
  return nullptr;
}

TEST(HeapLimits, ThreadsBeyondTheirNumberAreCountedTogether) {
  if (back_end() != BackEnd::interposer) GTEST_SKIP() << "a sanitizer's threads are large";
  constexpr std::uint32_t kThreads = kThreadsMax + 20;
  std::vector<ThreadOfMany> threads(kThreads);
  pthread_barrier_t barrier = {};
  ASSERT_EQ(pthread_barrier_init(&barrier, nullptr, kThreads), 0);
  pthread_attr_t attributes = {};
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, std::size_t{256} * 1024), 0);
  Scope scope;
  void* own = escape(std::malloc(1));
  for (ThreadOfMany& one : threads) {
    one.barrier = &barrier;
    ASSERT_EQ(pthread_create(&one.thread, &attributes, allocate_with_all, &one), 0);
  }
  for (ThreadOfMany& one : threads) ASSERT_EQ(pthread_join(one.thread, nullptr), 0);
  const Figures figures = scope.figures();
  std::free(own);
  pthread_attr_destroy(&attributes);
  pthread_barrier_destroy(&barrier);

  // glibc's own allocations for a thread are not ours to count on.
  EXPECT_GE(*figures.allocation_count, 1 + 2 * kThreads);
  EXPECT_GE(*figures.requested_bytes, 1 + std::uint64_t{30} * kThreads);
  std::uint32_t unknown_count = 0;
  for (const ThreadOfMany& one : threads) {
    if (!one.own.allocation_count.has_value()) {
      ++unknown_count;
      EXPECT_FALSE(one.own.peak_bytes.has_value());
      EXPECT_EQ(one.exactness, Exactness::unknown);
    } else {
      EXPECT_EQ(one.exactness, Exactness::exact);
      EXPECT_EQ(one.own.allocation_count, 1U);
      EXPECT_EQ(one.own.peak_bytes, 20U);
    }
  }
  EXPECT_EQ(unknown_count, kThreads - (kThreadsMax - 1));  // the main thread has one
}

}  // namespace
}  // namespace redzone::heap
