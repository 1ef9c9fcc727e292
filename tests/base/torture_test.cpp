// Every fallible function of base while memory fails: it takes none, or says that there is none.

#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>
#include <utility>

#include "redzone/base/budgeted_buffer.hpp"
#include "redzone/base/checked.hpp"
#include "redzone/base/error_text.hpp"
#include "redzone/base/errors.hpp"
#include "redzone/base/log.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/heap/fault_plan.hpp"
#include "redzone/heap/scope.hpp"
#include "redzone/testing/all.hpp"
#include "tests/support/fallible_functions.hpp"

namespace redzone {
namespace {

constexpr MemoryBudget::Limits kLimits{.max_single = 64 * kKiB, .max_total = 128 * kKiB};

TEST(BaseTorture, EveryFallibleFunctionIsTortured) {
  tests::expect_all_tortured(
      "base", __FILE__,
      {{"memory_budget.hpp: take", "BaseTorture.ABudgetTakesNoMemory"},
       {"checked.hpp: checked_add", "BaseTorture.ArithmeticTakesNoMemory"},
       {"checked.hpp: checked_mul", "BaseTorture.ArithmeticTakesNoMemory"},
       {"checked.hpp: checked_align_up", "BaseTorture.ArithmeticTakesNoMemory"},
       {"budgeted_buffer.hpp: allocate", "BaseTorture.ABufferIsThereOrAnError"}});
}

TEST(BaseTorture, ABudgetTakesNoMemory) {
  EXPECT_NO_ALLOCATION({
    MemoryBudget budget(kLimits);
    const Result<MemoryBudget::Lease> granted = budget.take(kLimits.max_single, "test");
    EXPECT_TRUE(granted);
    EXPECT_FALSE(budget.take(kLimits.max_single + 1, "test"));
    EXPECT_TRUE(budget.take(kLimits.max_single, "test"));
    EXPECT_EQ(budget.first_refusal()->size_bytes, kLimits.max_single + 1);
    budget.check_invariants();
  });
}

TEST(BaseTorture, ArithmeticTakesNoMemory) {
  volatile std::uint64_t most = UINT64_MAX;  // what the compiler does not know
  EXPECT_NO_ALLOCATION({
    EXPECT_FALSE(checked_add(most, 1));
    EXPECT_FALSE(checked_mul(most, 2));
    EXPECT_FALSE(checked_align_up(most, 32));
    EXPECT_TRUE(checked_align_up(most - 32, 32));
  });
}

TEST(BaseTorture, AnErrorIsSaidWithoutMemory) {
  const auto ignore = [](void*, LogLevel, std::string_view) noexcept {};
  EXPECT_NO_ALLOCATION({
    const Error error = make_error(BaseCode::out_of_memory).with_field("test").with_value(4096);
    const ErrorText text(error, base_error_name(error.code));
    LogSink(ignore, nullptr).write(LogLevel::error, text.view());
  });
}

TEST(BaseTorture, ABufferIsThereOrAnError) {
  MemoryBudget budget(kLimits);
  EXPECT_OOM_SAFE({
    Result<BudgetedBuffer> first = BudgetedBuffer::allocate(budget, 4096, "test.buffer");
    if (first) {
      EXPECT_EQ(budget.live_bytes(), 4096U);
      EXPECT_EQ(first->size(), 4096U);
      const Result<BudgetedBuffer> second = BudgetedBuffer::allocate(budget, 37, "test.buffer");
      if (second) *first = BudgetedBuffer();
      return second.has_value();
    }
    EXPECT_EQ(first.error(),
              make_error(BaseCode::out_of_memory).with_field("test.buffer").with_value(4096));
    EXPECT_EQ(budget.live_bytes(), 0U);
    return false;
  });
  EXPECT_EQ(budget.live_bytes(), 0U);
  EXPECT_EQ(budget.refusal_count(), 0U);  // the machine refused, not the budget
}

TEST(BaseTorture, ABufferThatTheBudgetRefusesTakesNoMemory) {
  MemoryBudget budget(kLimits);
  EXPECT_NO_ALLOCATION({
    EXPECT_FALSE(BudgetedBuffer::allocate(budget, kLimits.max_single + 1, "test.buffer"));
    EXPECT_TRUE(BudgetedBuffer::allocate(budget, 0, "test.buffer"));
  });
}

// A budget and heap know nothing of each other, and count the same: what is asked for, not what the
// allocator makes of it. A buffer that is assigned to frees before it gives back, so the budget is
// never below the heap.
TEST(BaseTorture, ABudgetAgreesWithTheHeap) {
  MemoryBudget budget(kLimits);
  const heap::Scope scope;
  Result<BudgetedBuffer> kept = BudgetedBuffer::allocate(budget, 1000, "test.kept");
  ASSERT_TRUE(BudgetedBuffer::allocate(budget, 37'000, "test.freed"));
  Result<BudgetedBuffer> other = BudgetedBuffer::allocate(budget, 61, "test.other");
  *other = std::move(*kept);
  const heap::Figures figures = scope.figures();
  EXPECT_EQ(figures.live_bytes.value_or(1000), budget.live_bytes());
  EXPECT_EQ(figures.peak_bytes.value_or(38'000), budget.peak_bytes());
  EXPECT_EQ(figures.largest_bytes.value_or(37'000), budget.largest_allocation_bytes());
  EXPECT_EQ(figures.allocation_count.value_or(3), 3U);
}

// What the machine refused was granted before: the budget's peak has it, the heap's has not.
TEST(BaseTorture, ABudgetCountsWhatTheMachineThenRefused) {
  MemoryBudget budget(kLimits);
  const heap::Scope scope;
  heap::arm({});
  EXPECT_FALSE(BudgetedBuffer::allocate(budget, 5000, "test.refused"));
  if (heap::disarm().injected_count == 0) GTEST_SKIP() << "nothing fails in this build";
  EXPECT_EQ(budget.peak_bytes(), 5000U);
  EXPECT_EQ(budget.live_bytes(), 0U);
  EXPECT_EQ(scope.figures().peak_bytes.value_or(0), 0U);
}

}  // namespace
}  // namespace redzone
