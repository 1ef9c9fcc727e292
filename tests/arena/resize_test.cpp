// Growing and shrinking the last block in place: nothing is copied, so that nothing can be copied
// in the wrong length.

#include <gtest/gtest.h>

#include <cstring>

#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "tests/arena/test_limits.hpp"

namespace redzone {
namespace {

class ArenaResize : public testing::Test {
 protected:
  std::byte* block(std::size_t size_bytes) {
    return static_cast<std::byte*>(*arena_.try_allocate(size_bytes, 8));
  }
  // Behind it somebody reads, too.
  void fill(std::byte* first, std::size_t size_bytes) { std::memset(first, 0x11, size_bytes); }

  alignas(64) std::byte buffer_[1024];
  FixedArena arena_{buffer_};
};

TEST_F(ArenaResize, TheLastBlockGrowsInPlaceAndKeepsWhatItHolds) {
  block(8);
  std::byte* last = block(10);
  fill(last, 10);
  ASSERT_TRUE(arena_.grow_last(last, 10, 500));
  fill(last, 500);
  EXPECT_EQ(arena_.stats().used_bytes, 512U);
  EXPECT_EQ(block(8), last + 504);
  arena_.check_invariants();
}

TEST_F(ArenaResize, GrowthEndsWithTheChunk) {
  std::byte* last = block(16);
  EXPECT_TRUE(arena_.grow_last(last, 16, 1023));  // beyond the window, into the tail
  EXPECT_EQ(arena_.stats().used_bytes, 1024U);
  EXPECT_TRUE(arena_.grow_last(last, 1023, 1024));
  EXPECT_FALSE(arena_.grow_last(last, 1024, 1025));
  EXPECT_FALSE(arena_.grow_last(last, 1024, SIZE_MAX));
  EXPECT_FALSE(arena_.grow_last(last, 1024, SIZE_MAX - 6));
  EXPECT_TRUE(arena_.shrink_last(last, 1024, 8));
  EXPECT_EQ(block(8), last + 8) << "the window is open again";
  arena_.check_invariants();
}

TEST_F(ArenaResize, TheLastBlockShrinksAndTheRestIsHandedOutAgain) {
  std::byte* last = block(500);
  fill(last, 500);
  EXPECT_TRUE(arena_.shrink_last(last, 500, 10));
  EXPECT_EQ(arena_.stats().used_bytes, 16U);
  EXPECT_EQ(arena_.stats().high_water_bytes, 504U);
  EXPECT_EQ(last[9], std::byte{0x11});
  EXPECT_EQ(block(8), last + 16);
}

TEST_F(ArenaResize, AShrinkToNothingTakesTheBlockBack) {
  std::byte* first = block(8);
  std::byte* last = block(100);
  EXPECT_TRUE(arena_.shrink_last(last, 100, 0));
  EXPECT_FALSE(arena_.shrink_last(last, 100, 0)) << "it is gone";
  EXPECT_TRUE(arena_.shrink_last(first, 8, 0)) << "and the one before is the last";
  EXPECT_EQ(arena_.stats().used_bytes, 0U);
  EXPECT_EQ(block(0), first);
  EXPECT_TRUE(arena_.shrink_last(first, 0, 0)) << "a block of nothing has one byte";
  EXPECT_EQ(arena_.stats().used_bytes, 0U);
}

TEST_F(ArenaResize, NoOtherBlockIsResized) {
  std::byte* first = block(64);
  std::byte* last = block(64);
  fill(first, 64);
  fill(last, 64);
  EXPECT_FALSE(arena_.grow_last(first, 64, 128));
  EXPECT_FALSE(arena_.shrink_last(first, 64, 8));
  EXPECT_FALSE(arena_.grow_last(last, 64, 63));
  EXPECT_FALSE(arena_.shrink_last(last, 64, 65));
  EXPECT_FALSE(arena_.shrink_last(last, 56, 8)) << "not its size";
  EXPECT_FALSE(arena_.shrink_last(last, 72, 8));
  EXPECT_FALSE(arena_.shrink_last(last, SIZE_MAX, 8));
  EXPECT_FALSE(arena_.shrink_last(nullptr, 0, 0));
  EXPECT_FALSE(arena_.shrink_last(&arena_, 64, 0));
  EXPECT_FALSE(arena_.shrink_last(buffer_ + 1024, 0, 0));
  EXPECT_EQ(arena_.stats().used_bytes, 128U);
  arena_.check_invariants();
}

TEST_F(ArenaResize, ABlockOfBeforeAMarkIsNotResized) {
  std::byte* last = block(64);
  const ArenaMark mark = arena_.mark();
  EXPECT_FALSE(arena_.grow_last(last, 64, 128));
  EXPECT_FALSE(arena_.shrink_last(last, 64, 0));
  std::byte* after = block(64);
  EXPECT_TRUE(arena_.grow_last(after, 64, 128));
  ASSERT_TRUE(arena_.rewind(mark));
  EXPECT_FALSE(arena_.grow_last(last, 64, 128)) << "the mark still holds";
  EXPECT_EQ(arena_.stats().used_bytes, 64U);
}

TEST(ArenaResizeInChunks, RedZonesStayBehindTheBlockThatWasResized) {
  MemoryBudget budget(kLimits);
  for (const std::uint64_t red_zone_bytes : {0U, 1U, 16U, 100U, 4096U}) {
    Arena arena(budget, {.red_zone_bytes = red_zone_bytes});
    ASSERT_TRUE(arena.try_allocate(40, 8));
    void* last = *arena.try_allocate(100, 8);
    ASSERT_TRUE(arena.grow_last(last, 100, 200));
    std::memset(last, 0x11, 200);
    ASSERT_TRUE(arena.shrink_last(last, 200, 50));
    std::memset(last, 0x11, 50);
    ASSERT_TRUE(arena.shrink_last(last, 50, 0));
    arena.check_invariants();
    EXPECT_EQ(*arena.try_allocate(100, 8), last);
  }
}

TEST(ArenaResizeInChunks, ABlockOfItsOwnIsNotResized) {
  MemoryBudget budget(kLimits);
  Arena arena(budget);
  ASSERT_TRUE(arena.try_allocate(8, 8));
  void* own = *arena.try_allocate(10'000, 8);
  EXPECT_FALSE(arena.grow_last(own, 10'000, 10'008));
  EXPECT_FALSE(arena.shrink_last(own, 10'000, 0));
  EXPECT_EQ(arena.stats().own_block_count, 1U);
}

// A block of a chunk that is full ends where another chunk may begin.
TEST(ArenaResizeInChunks, ABlockOfAnEarlierChunkIsNotResized) {
  MemoryBudget budget(kLimits);
  Arena arena(budget, {.chunk_bytes = 256, .red_zone_bytes = 0});
  void* first = *arena.try_allocate(64, 8);
  ASSERT_TRUE(arena.try_allocate(64, 8));
  void* full = *arena.try_allocate(64, 8);
  void* next = *arena.try_allocate(100, 8);
  EXPECT_EQ(arena.stats().chunk_count, 2U);
  EXPECT_FALSE(arena.shrink_last(first, 64, 0));
  EXPECT_FALSE(arena.shrink_last(full, 64, 0));
  EXPECT_TRUE(arena.shrink_last(next, 100, 0));
  EXPECT_FALSE(arena.shrink_last(full, 64, 0));
  arena.check_invariants();
}

}  // namespace
}  // namespace redzone
