#include "heap/block_table.hpp"
#include "heap/stack_table.hpp"

#include <gtest/gtest.h>

namespace redzone::heap {
namespace {

FollowedBlock block_of(std::uint64_t size_bytes) {
  FollowedBlock block;
  block.size_bytes = size_bytes;
  block.epoch = (std::uint64_t{1} << 40U) - 1;
  block.owner = 1024;
  block.sample_hits = 3;
  block.stack_id = kStacksMax;
  block.stack_generation = 0xffff;
  return block;
}

struct Sum {
  void visit(const FollowedBlock& block) {
    ++count;
    bytes += block.size_bytes;
  }
  std::uint32_t count = 0;
  std::uint64_t bytes = 0;
};

TEST(HeapBlockTable, HoldsAsManyAsItsCapacity) {
  constexpr std::uint32_t kCapacity = 5;
  BlockTable table(1, kCapacity);
  for (std::uint32_t i = 1; i < kCapacity; ++i) EXPECT_TRUE(table.insert(16 * i, block_of(i)));
  EXPECT_EQ(table.size(), kCapacity - 1);                          // below
  EXPECT_TRUE(table.insert(16 * kCapacity, block_of(kCapacity)));  // at
  EXPECT_FALSE(table.insert(16 * kCapacity + 16, block_of(1)));    // above
  EXPECT_TRUE(table.insert(16 * kCapacity, block_of(50)));         // replaced
  FollowedBlock block;
  EXPECT_FALSE(table.take(16 * kCapacity + 16, block));
  ASSERT_TRUE(table.take(16 * kCapacity, block));
  EXPECT_EQ(block.size_bytes, 50U);
  EXPECT_FALSE(table.take(16 * kCapacity, block));
  EXPECT_TRUE(table.insert(16 * kCapacity + 16, block_of(7)));
  Sum sum;
  table.for_each(sum);
  EXPECT_EQ(sum.count, kCapacity);
  EXPECT_EQ(sum.bytes, 1U + 2 + 3 + 4 + 7);
}

TEST(HeapBlockTable, GivesBackWhatWasPut) {
  BlockTable table(2, 10);
  const FollowedBlock put = block_of((std::uint64_t{1} << 48U) - 1);
  ASSERT_TRUE(table.insert(UINTPTR_MAX - 15, put));
  FollowedBlock taken;
  ASSERT_TRUE(table.take(UINTPTR_MAX - 15, taken));
  EXPECT_EQ(taken.size_bytes, put.size_bytes);
  EXPECT_EQ(taken.epoch, put.epoch);
  EXPECT_EQ(taken.owner, put.owner);
  EXPECT_EQ(taken.sample_hits, put.sample_hits);
  EXPECT_EQ(taken.stack_id, put.stack_id);
  EXPECT_EQ(taken.stack_generation, put.stack_generation);
}

TEST(HeapBlockTable, IsEmptyAndUsableAfterClear) {
  BlockTable table(1, 100);
  for (int round = 0; round < 3; ++round) {
    for (std::uintptr_t i = 1; i <= 100; ++i) ASSERT_TRUE(table.insert(48 * i, block_of(i)));
    EXPECT_FALSE(table.insert(48 * 101, block_of(1)));
    table.clear();
    EXPECT_EQ(table.size(), 0U);
    FollowedBlock block;
    EXPECT_FALSE(table.take(48, block));
  }
}

// One that is never mapped: nothing was inserted.
TEST(HeapBlockTable, IsEmptyBeforeItIsMapped) {
  BlockTable table;
  FollowedBlock block;
  EXPECT_FALSE(table.take(16, block));
  EXPECT_EQ(table.size(), 0U);
  Sum sum;
  table.for_each(sum);
  EXPECT_EQ(sum.count, 0U);
  table.clear();
}

// The blocks of a real heap: 16 bytes apart, in runs.
TEST(HeapBlockTable, HoldsTheNumberThatIsPromised) {
  BlockTable table;
  std::uint32_t count = 0;
  while (count < kBlocksMax && table.insert(0x500000000000 + std::uintptr_t{count} * 48, {})) {
    ++count;
  }
  EXPECT_EQ(count, kBlocksMax);
  EXPECT_EQ(table.size(), kBlocksMax);
}

Stack stack_of(std::uintptr_t number) {
  const std::uintptr_t frames[] = {number, 2, 3};
  return Stack::of(frames, 3);
}

TEST(HeapStackTable, KeepsEachDistinctStackOnce) {
  StackTable table(3);
  const StackTable::Found first = table.intern(stack_of(10));
  const StackTable::Found second = table.intern(stack_of(11));
  const StackTable::Found again = table.intern(stack_of(10));
  EXPECT_TRUE(first.is_new);
  EXPECT_TRUE(second.is_new);
  EXPECT_FALSE(again.is_new);
  EXPECT_EQ(first.id, 1U);
  EXPECT_EQ(second.id, 2U);
  EXPECT_EQ(again.id, 1U);
  EXPECT_EQ(table.at(1, first.generation), stack_of(10));
  EXPECT_EQ(table.at(2, first.generation), stack_of(11));
  EXPECT_TRUE(table.at(3, first.generation).empty());
  EXPECT_TRUE(table.at(0, first.generation).empty());
}

TEST(HeapStackTable, HoldsAsManyAsItsCapacity) {
  StackTable table(3);
  EXPECT_EQ(table.intern(stack_of(1)).id, 1U);
  EXPECT_EQ(table.intern(stack_of(2)).id, 2U);  // below
  EXPECT_EQ(table.intern(stack_of(3)).id, 3U);  // at
  EXPECT_EQ(table.intern(stack_of(4)).id, 0U);  // above
  EXPECT_EQ(table.intern(stack_of(3)).id, 3U);
  EXPECT_EQ(table.size(), 3U);
}

TEST(HeapStackTable, ForgetsAllWhenItIsCleared) {
  StackTable table(3);
  const StackTable::Found before = table.intern(stack_of(1));
  table.clear();
  EXPECT_EQ(table.size(), 0U);
  const StackTable::Found after = table.intern(stack_of(2));
  EXPECT_TRUE(after.is_new);
  EXPECT_EQ(after.id, before.id);
  EXPECT_NE(after.generation, before.generation);
  EXPECT_TRUE(table.at(before.id, before.generation).empty());
  EXPECT_TRUE(table.intern(stack_of(1)).is_new);
}

}  // namespace
}  // namespace redzone::heap
