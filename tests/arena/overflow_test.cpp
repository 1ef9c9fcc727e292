// What happens when the arena is full: four strategies.

#include <gtest/gtest.h>

#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/base/errors.hpp"
#include "tests/arena/recording_upstream.hpp"
#include "tests/arena/test_limits.hpp"

namespace redzone {
namespace {

class ArenaOverflowPolicy : public testing::Test {
 protected:
  ArenaOptions options(ArenaOverflow overflow) {
    return {.chunk_bytes = 1024,
            .overflow = overflow,
            .red_zone_bytes = 0,
            .name = "request",
            .upstream = &upstream_};
  }

  MemoryBudget budget_{kLimits};
  tests::RecordingUpstream upstream_;
};

TEST_F(ArenaOverflowPolicy, ErrorTakesOneChunkAndNoMore) {
  Arena arena(budget_, options(ArenaOverflow::error));
  ASSERT_TRUE(arena.try_allocate(900, 8));
  EXPECT_EQ(arena.try_allocate(100, 8).error(),
            make_error(ArenaCode::exhausted).with_field("request").with_value(100).with_limit(56));
  EXPECT_EQ(arena.allocate(100, 8), nullptr);
  EXPECT_EQ(arena.last_error().code, error_code(ArenaCode::exhausted));
  EXPECT_TRUE(arena.try_allocate(56, 8));
  EXPECT_EQ(upstream_.take_count, 1);
  EXPECT_EQ(arena.stats().overflow_count, 2U);
  EXPECT_EQ(arena.stats().failure_count, 2U);
  arena.check_invariants();
}

TEST_F(ArenaOverflowPolicy, ErrorRefusesWhatAnEmptyChunkCannotHold) {
  Arena arena(budget_, options(ArenaOverflow::error));
  EXPECT_EQ(arena.try_allocate(961, 8).error(),
            make_error(ArenaCode::exhausted).with_field("request").with_value(961).with_limit(960));
  EXPECT_EQ(upstream_.take_count, 0);
  EXPECT_TRUE(arena.try_allocate(960, 8));
}

TEST_F(ArenaOverflowPolicy, ErrorTakesItsChunkAgainAfterItWentBack) {
  ArenaOptions none_retained = options(ArenaOverflow::error);
  none_retained.retained_bytes_max = 0;
  Arena arena(budget_, none_retained);
  for (int round = 0; round < 3; ++round) {
    ASSERT_TRUE(arena.try_allocate(900, 8));
    EXPECT_FALSE(arena.try_allocate(900, 8));
    ASSERT_TRUE(arena.reset());
    EXPECT_EQ(upstream_.block_count(), 0U);
  }
}

TEST_F(ArenaOverflowPolicy, ErrorWithABufferNeverTakesAChunk) {
  alignas(64) std::byte buffer[128];
  Arena arena(buffer, budget_, options(ArenaOverflow::error));
  ASSERT_TRUE(arena.try_allocate(128, 8));
  EXPECT_FALSE(arena.try_allocate(1, 1));
  EXPECT_EQ(upstream_.take_count, 0);
}

TEST_F(ArenaOverflowPolicy, HeapServesEachOverflowByABlockThatResetFrees) {
  Arena arena(budget_, options(ArenaOverflow::heap));
  ASSERT_TRUE(arena.try_allocate(200, 8));
  ASSERT_TRUE(arena.try_allocate(740, 8));
  EXPECT_EQ(arena.stats().own_block_count, 0U) << "it fits the chunk";
  for (int block = 0; block < 10; ++block) ASSERT_TRUE(arena.try_allocate(200, 8));
  EXPECT_EQ(arena.stats().chunk_count, 1U);
  EXPECT_EQ(arena.stats().own_block_count, 10U);
  arena.check_invariants();
  ASSERT_TRUE(arena.reset());
  EXPECT_EQ(arena.stats().own_block_count, 0U);
  EXPECT_EQ(upstream_.block_count(), 1U);
  arena.check_invariants();
}

TEST_F(ArenaOverflowPolicy, GrowIsTheDefault) {
  EXPECT_EQ(ArenaOptions{}.overflow, ArenaOverflow::grow);
}

TEST_F(ArenaOverflowPolicy, AllocateIsNullAndKeepsTheLastError) {
  MemoryBudget tight({.max_single = 4096, .max_total = 4096});
  Arena arena(tight, {.name = "rows"});
  EXPECT_EQ(arena.last_error(), Error{});
  EXPECT_EQ(arena.allocate(10'000, 8), nullptr);
  EXPECT_EQ(arena.last_error(), make_error(BaseCode::allocation_exceeds_single)
                                    .with_field("rows")
                                    .with_value(10'048)
                                    .with_limit(4096));
  EXPECT_FALSE(arena.try_allocate(8, 3));
  EXPECT_EQ(arena.last_error().value, 10'048U) << "try_allocate() has its own";
}

using ArenaOverflowDeathTest = ArenaOverflowPolicy;

TEST_F(ArenaOverflowDeathTest, PanicSaysWhichArenaAndWhatAndTheNextStep) {
  Arena arena(budget_, options(ArenaOverflow::panic));
  ASSERT_TRUE(arena.try_allocate(900, 8));
  EXPECT_FALSE(arena.try_allocate(100, 16)) << "try_allocate() never ends the process";
  EXPECT_DEATH((void)arena.allocate(100, 16),
               "redzone: no block of 100 bytes, alignment 16: EXHAUSTED: field 'request': value "
               "100, limit 56\nNext step: ");
  EXPECT_DEATH((void)arena.allocate(100, 3), "ALIGNMENT_NOT_POWER_OF_TWO");
  EXPECT_DEATH((void)arena.allocate(SIZE_MAX, 8), "SIZE_TOO_LARGE");
  alignas(64) std::byte buffer[128];
  FixedArena fixed(buffer, {.overflow = ArenaOverflow::panic});
  EXPECT_DEATH((void)fixed.allocate(200, 8), "field 'fixed arena': value 200, limit 128");
}

}  // namespace
}  // namespace redzone
