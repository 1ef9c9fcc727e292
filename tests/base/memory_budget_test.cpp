#include "redzone/base/memory_budget.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include "redzone/base/budgeted_buffer.hpp"
#include "redzone/base/errors.hpp"

namespace redzone {
namespace {

constexpr MemoryBudget::Limits kLimits{.max_single = 1000, .max_total = 1500};

TEST(MemoryBudget, GrantsBelowAndAtTheSingleLimitAndRefusesAbove) {
  MemoryBudget budget{kLimits};
  EXPECT_TRUE(budget.take(999, "test"));
  EXPECT_TRUE(budget.take(1000, "test"));
  const Result<MemoryBudget::Lease> refused = budget.take(1001, "test.block");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error(), make_error(BaseCode::allocation_exceeds_single)
                                 .with_field("test.block")
                                 .with_value(1001)
                                 .with_limit(1000));
  budget.check_invariants();
}

TEST(MemoryBudget, GrantsBelowAndAtTheTotalLimitAndRefusesAbove) {
  MemoryBudget budget{kLimits};
  const Result<MemoryBudget::Lease> first = budget.take(1000, "test");
  ASSERT_TRUE(first);
  EXPECT_TRUE(budget.take(499, "test"));
  EXPECT_TRUE(budget.take(500, "test"));
  const Result<MemoryBudget::Lease> refused = budget.take(501, "test");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, error_code(BaseCode::allocation_exceeds_total));
  EXPECT_EQ(refused.error().limit, 500u);
  budget.check_invariants();
}

TEST(MemoryBudget, ARequestThatWouldWrapIsRefused) {
  MemoryBudget budget{{.max_single = UINT64_MAX, .max_total = UINT64_MAX}};
  const Result<MemoryBudget::Lease> first = budget.take(UINT64_MAX, "test");
  ASSERT_TRUE(first);
  EXPECT_FALSE(budget.take(UINT64_MAX, "test"));
  EXPECT_FALSE(budget.take(1, "test"));
  EXPECT_TRUE(budget.take(0, "test"));
}

TEST(MemoryBudget, GivesBackWhatALeaseHeldAndKeepsThePeak) {
  MemoryBudget budget{kLimits};
  {
    const Result<MemoryBudget::Lease> first = budget.take(700, "test");
    const Result<MemoryBudget::Lease> second = budget.take(800, "test");
    EXPECT_EQ(budget.live_bytes(), 1500u);
  }
  EXPECT_EQ(budget.live_bytes(), 0u);
  EXPECT_EQ(budget.peak_bytes(), 1500u);
  EXPECT_EQ(budget.largest_allocation_bytes(), 800u);
  EXPECT_EQ(budget.refusal_count(), 0u);
}

TEST(MemoryBudget, RemembersTheFirstRefusalAndCountsAll) {
  MemoryBudget budget{kLimits};
  EXPECT_FALSE(budget.first_refusal());
  EXPECT_FALSE(budget.take(2000, "first"));
  EXPECT_FALSE(budget.take(3000, "second"));
  EXPECT_EQ(budget.refusal_count(), 2u);
  ASSERT_TRUE(budget.first_refusal());
  EXPECT_EQ(budget.first_refusal()->size_bytes, 2000u);
  EXPECT_STREQ(budget.first_refusal()->place, "first");
}

TEST(MemoryBudgetLease, MovesWithoutTakingOrGivingBack) {
  MemoryBudget budget{kLimits};
  MemoryBudget::Lease lease = budget.take(100, "test").value();
  MemoryBudget::Lease moved = std::move(lease);
  EXPECT_EQ(lease.size_bytes(),
            0u);  // NOLINT(bugprone-use-after-move): a moved-from lease is empty
  EXPECT_EQ(moved.size_bytes(), 100u);
  EXPECT_EQ(budget.live_bytes(), 100u);

  MemoryBudget::Lease other = budget.take(50, "test").value();
  other = std::move(moved);
  EXPECT_EQ(budget.live_bytes(), 100u);
  other.release();
  other.release();
  EXPECT_EQ(budget.live_bytes(), 0u);
}

TEST(MemoryBudgetDeathTest, DestroyingABudgetBeforeItsLeaseIsAProgrammersError) {
  EXPECT_DEATH(
      {
        MemoryBudget::Lease lease;
        const MemoryBudget budget{kLimits};
        lease = const_cast<MemoryBudget&>(budget).take(1, "test").value();
      },
      "REDZONE_CHECK failed: live_bytes_");
}

TEST(MemoryBudget, HoldsItsLimitsWhileThreadsCompete) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 2000;
  MemoryBudget budget{{.max_single = 64, .max_total = 128}};
  std::vector<std::thread> threads;
  for (int index = 0; index < kThreads; ++index) {
    threads.emplace_back([&budget] {
      for (int round = 0; round < kRounds; ++round) {
        const Result<MemoryBudget::Lease> lease = budget.take(64, "test");
        EXPECT_LE(budget.live_bytes(), 128u);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(budget.live_bytes(), 0u);
  EXPECT_LE(budget.peak_bytes(), 128u);
  budget.check_invariants();
}

TEST(BudgetedBuffer, IsWritableFromEndToEndAndPaysForAllOfIt) {
  MemoryBudget budget{kLimits};
  Result<BudgetedBuffer> buffer = BudgetedBuffer::allocate(budget, 1000, "test");
  ASSERT_TRUE(buffer);
  ASSERT_EQ(buffer->bytes().size(), 1000u);
  std::memset(buffer->bytes().data(), 0x5a, buffer->bytes().size());
  EXPECT_EQ(budget.live_bytes(), 1000u);
  *buffer = BudgetedBuffer();
  EXPECT_EQ(budget.live_bytes(), 0u);
}

TEST(BudgetedBuffer, ABufferOfNoBytesTakesNothing) {
  MemoryBudget budget{{.max_single = 0, .max_total = 0}};
  const Result<BudgetedBuffer> buffer = BudgetedBuffer::allocate(budget, 0, "test");
  ASSERT_TRUE(buffer);
  EXPECT_TRUE(buffer->bytes().empty());
}

TEST(BudgetedBuffer, IsRefusedByTheBudgetBeforeMemoryIsTaken) {
  MemoryBudget budget{kLimits};
  const Result<BudgetedBuffer> buffer = BudgetedBuffer::allocate(budget, 1001, "test");
  ASSERT_FALSE(buffer);
  EXPECT_EQ(buffer.error().code, error_code(BaseCode::allocation_exceeds_single));
  EXPECT_EQ(budget.live_bytes(), 0u);
}

}  // namespace
}  // namespace redzone
