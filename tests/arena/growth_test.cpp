// Chunks: how many, how large, from whose budget, and which ones stay.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "redzone/arena/arena.hpp"
#include "redzone/base/errors.hpp"
#include "tests/arena/recording_upstream.hpp"
#include "tests/arena/test_limits.hpp"

namespace redzone {
namespace {

// Without red zones the sizes are the same in every build.
ArenaOptions options_for(ArenaUpstream& upstream) {
  return {.chunk_bytes = 1024,
          .chunk_bytes_max = 8192,
          .retained_bytes_max = 1 * kMiB,
          .red_zone_bytes = 0,
          .upstream = &upstream};
}

class ArenaGrowth : public testing::Test {
 protected:
  // Until a further chunk was taken.
  static void fill(Arena& arena, std::uint64_t chunk_count) {
    while (arena.stats().chunk_count < chunk_count) ASSERT_TRUE(arena.try_allocate(64, 8));
  }

  MemoryBudget budget_{kLimits};
  tests::RecordingUpstream upstream_;
};

TEST_F(ArenaGrowth, TakesNothingBeforeTheFirstBlock) {
  Arena arena(budget_, options_for(upstream_));
  EXPECT_EQ(upstream_.take_count, 0);
  EXPECT_EQ(budget_.live_bytes(), 0U);
  EXPECT_EQ(arena.stats().chunk_count, 0U);
}

TEST_F(ArenaGrowth, EachChunkIsTwiceTheOneBeforeUpToTheMost) {
  Arena arena(budget_, options_for(upstream_));
  std::uint64_t held = 0;
  for (const std::uint64_t size_bytes : {1024U, 2048U, 4096U, 8192U, 8192U, 8192U}) {
    fill(arena, arena.stats().chunk_count + 1);
    held += size_bytes;
    EXPECT_EQ(arena.stats().held_bytes, held);
    arena.check_invariants();
  }
}

TEST_F(ArenaGrowth, TheBudgetPaysForHeadersToo) {
  Arena arena(budget_, options_for(upstream_));
  fill(arena, 4);
  ASSERT_TRUE(arena.try_allocate(100'000, 4096));
  EXPECT_EQ(budget_.live_bytes(), upstream_.held_bytes);
  EXPECT_EQ(budget_.live_bytes(), arena.stats().held_bytes);
  EXPECT_EQ(budget_.largest_allocation_bytes(), upstream_.largest_bytes);
  EXPECT_EQ(upstream_.largest_bytes, 48U + 4096 - 16 + 100'000);
  ASSERT_TRUE(arena.release());
  EXPECT_EQ(budget_.live_bytes(), 0U);
  EXPECT_EQ(upstream_.block_count(), 0U);
}

// An arena that took a chunk for it would leave the rest of the current one unused.
TEST_F(ArenaGrowth, ALargeRequestLeavesTheCurrentChunkAsItIs) {
  Arena arena(budget_, options_for(upstream_));
  const auto* first = static_cast<std::byte*>(*arena.try_allocate(64, 8));
  const auto* large = static_cast<std::byte*>(*arena.try_allocate(5000, 8));
  const auto* second = static_cast<std::byte*>(*arena.try_allocate(64, 8));
  EXPECT_EQ(second, first + 64);
  EXPECT_NE(large, first + 128);
  EXPECT_EQ(arena.stats().own_block_count, 1U);
  EXPECT_EQ(arena.stats().chunk_count, 1U);
  EXPECT_EQ(arena.stats().used_bytes, 5128U);
}

// Below, at and above a quarter of the next chunk, which has 2048 bytes.
TEST_F(ArenaGrowth, AQuarterOfTheNextChunkIsTheMostThatBeginsOne) {
  for (const std::size_t size_bytes : {504U, 512U, 513U}) {
    Arena arena(budget_, options_for(upstream_));
    ASSERT_TRUE(arena.try_allocate(256, 8));
    ASSERT_TRUE(arena.try_allocate(256, 8));
    ASSERT_TRUE(arena.try_allocate(256, 8));
    ASSERT_TRUE(arena.try_allocate(size_bytes, 8));
    EXPECT_EQ(arena.stats().own_block_count, size_bytes > 512 ? 1U : 0U) << size_bytes;
    EXPECT_EQ(arena.stats().chunk_count, size_bytes > 512 ? 1U : 2U) << size_bytes;
  }
}

TEST_F(ArenaGrowth, NoChunkIsLargerThanTheBudgetsSingleLimit) {
  MemoryBudget tight({.max_single = 3000, .max_total = 1 * kMiB});
  Arena arena(tight, options_for(upstream_));
  fill(arena, 5);
  EXPECT_EQ(upstream_.largest_bytes, 2944U);  // a multiple of 64
  EXPECT_EQ(tight.refusal_count(), 0U);
  EXPECT_EQ(arena.try_allocate(3000, 8).error(), make_error(BaseCode::allocation_exceeds_single)
                                                     .with_field("arena")
                                                     .with_value(3048)
                                                     .with_limit(3000));
  EXPECT_TRUE(arena.try_allocate(2952, 8));
}

// Where the next chunk is too large for what is left, smaller ones are, and in the end the request
// alone. The budget's refusals are then only of what was needed.
TEST_F(ArenaGrowth, ABudgetIsUsedToItsEnd) {
  MemoryBudget tight({.max_single = 1 * kMiB, .max_total = 20'000});
  Arena arena(tight, options_for(upstream_));
  std::uint64_t handed_out = 0;
  Result<void*> block = nullptr;
  while ((block = arena.try_allocate(64, 8))) handed_out += 64;
  EXPECT_EQ(block.error().code, error_code(BaseCode::allocation_exceeds_total));
  EXPECT_STREQ(block.error().field, "arena");
  EXPECT_EQ(tight.refusal_count(), 1U);
  EXPECT_EQ(tight.first_refusal()->size_bytes, 48U + 64);
  EXPECT_GT(tight.live_bytes(), 20'000U - 48 - 64);
  EXPECT_GT(handed_out, 18'000U);
  arena.check_invariants();
  ASSERT_TRUE(arena.reset());
  EXPECT_TRUE(arena.try_allocate(64, 8));
}

TEST_F(ArenaGrowth, SeveralArenasShareABudget) {
  MemoryBudget shared({.max_single = 4096, .max_total = 4096});
  Arena one(shared, options_for(upstream_));
  Arena other(shared, options_for(upstream_));
  fill(one, 2);
  ASSERT_TRUE(other.try_allocate(8, 8));
  EXPECT_FALSE(other.try_allocate(2000, 8));
  ASSERT_TRUE(one.release());
  EXPECT_TRUE(other.try_allocate(2000, 8));
}

TEST_F(ArenaGrowth, UpstreamWithoutMemoryIsAnErrorWithTheSize) {
  Arena arena(budget_, options_for(upstream_));
  upstream_.fails = true;
  EXPECT_EQ(arena.try_allocate(8, 8).error(),
            make_error(ArenaCode::upstream_failed).with_field("arena").with_value(1024));
  EXPECT_EQ(arena.try_allocate(5000, 8).error().value, 5048U);
  EXPECT_EQ(budget_.live_bytes(), 0U);
  arena.check_invariants();
  upstream_.fails = false;
  ASSERT_TRUE(arena.try_allocate(8, 8));
  upstream_.fails = true;
  fill(arena, 1);
  EXPECT_FALSE(arena.try_allocate(1000, 8));
  EXPECT_TRUE(arena.try_allocate(8, 8)) << "what is left of the chunk is still there";
}

TEST_F(ArenaGrowth, ResetKeepsTheChunksForTheNextRound) {
  Arena arena(budget_, options_for(upstream_));
  fill(arena, 5);
  const int taken = upstream_.take_count;
  for (int round = 0; round < 10; ++round) {
    ASSERT_TRUE(arena.reset());
    arena.check_invariants();
    while (arena.stats().used_bytes < 12'000) ASSERT_TRUE(arena.try_allocate(64, 8));
  }
  EXPECT_EQ(upstream_.take_count, taken);
  EXPECT_EQ(upstream_.give_back_count, 0);
}

TEST_F(ArenaGrowth, ResetKeepsTheLargestChunksThatFitTheLimit) {
  ArenaOptions options = options_for(upstream_);
  options.retained_bytes_max = 8192 + 2048 + 1023;
  Arena arena(budget_, options);
  fill(arena, 4);  // 1024, 2048, 4096, 8192
  ASSERT_TRUE(arena.reset());
  EXPECT_EQ(arena.stats().held_bytes, 8192U + 2048);
  EXPECT_EQ(arena.stats().chunk_count, 2U);
  ASSERT_TRUE(arena.try_allocate(7000, 8)) << "the largest one is used first";
  EXPECT_EQ(arena.stats().own_block_count, 0U);
  arena.check_invariants();
}

// Boost's release() kept the buffer that it had freed as the current one; Zig wrote a header behind
// a retained block that was too small.
TEST_F(ArenaGrowth, WhatResetGivesBackIsNotUsedAgain) {
  for (const std::uint64_t retained_bytes : {0U, 1023U, 1024U, 3000U}) {
    ArenaOptions options = options_for(upstream_);
    options.retained_bytes_max = retained_bytes;
    Arena arena(budget_, options);
    for (int round = 0; round < 4; ++round) {
      fill(arena, 4);
      for (std::size_t size_bytes = 8; size_bytes < 3000; size_bytes *= 3) {
        const Result<void*> block = arena.try_allocate(size_bytes, 64);
        ASSERT_TRUE(block);
        std::memset(*block, 0xff, size_bytes);  // a detector sees a freed or too small chunk
      }
      arena.check_invariants();
      ASSERT_TRUE(arena.reset());
      EXPECT_LE(arena.stats().held_bytes, retained_bytes);
      EXPECT_EQ(arena.stats().held_bytes, upstream_.held_bytes);
      arena.check_invariants();
    }
  }
}

TEST_F(ArenaGrowth, AfterReleaseItBeginsAnew) {
  Arena arena(budget_, options_for(upstream_));
  fill(arena, 5);
  ASSERT_TRUE(arena.try_allocate(50'000, 8));
  ASSERT_TRUE(arena.release());
  EXPECT_EQ(upstream_.block_count(), 0U);
  EXPECT_EQ(arena.stats().held_bytes, 0U);
  EXPECT_EQ(arena.stats().used_bytes, 0U);
  arena.check_invariants();
  ASSERT_TRUE(arena.try_allocate(8, 8));
  EXPECT_EQ(arena.stats().held_bytes, 1024U);
}

TEST_F(ArenaGrowth, TrimGivesBackWhatNoBlockIsIn) {
  Arena arena(budget_, options_for(upstream_));
  const ArenaMark beginning = arena.mark();
  fill(arena, 1);
  const ArenaMark first = arena.mark();
  fill(arena, 4);
  EXPECT_EQ(arena.trim(0), 0U) << "every chunk is in use";
  ASSERT_TRUE(arena.rewind(first));
  EXPECT_EQ(arena.trim(8192 + 4096 + 2048), 0U);
  EXPECT_EQ(arena.trim(8192 + 4096 + 2047), 2048U);
  EXPECT_EQ(arena.trim(8191), 8192U);
  EXPECT_EQ(arena.trim(0), 4096U);
  EXPECT_EQ(arena.stats().held_bytes, 1024U) << "a block is in the first";
  arena.check_invariants();
  ASSERT_TRUE(arena.rewind(beginning));
  EXPECT_EQ(arena.trim(1024), 0U);
  EXPECT_EQ(arena.trim(1023), 1024U) << "now it is empty";
  arena.check_invariants();
  EXPECT_EQ(upstream_.block_count(), 0U);
  ASSERT_TRUE(arena.try_allocate(8, 8));
}

// The mark says where it stood in a chunk that is not there any more.
TEST_F(ArenaGrowth, AMarkBeforeATrimHoldsAfterIt) {
  Arena arena(budget_, options_for(upstream_));
  fill(arena, 1);
  ASSERT_TRUE(arena.reset());
  const ArenaMark empty = arena.mark();
  EXPECT_EQ(arena.trim(0), 1024U);
  ASSERT_TRUE(arena.rewind(empty));
  arena.check_invariants();
  ASSERT_TRUE(arena.try_allocate(200, 8));
  ASSERT_TRUE(arena.rewind(empty));
  EXPECT_EQ(arena.stats().used_bytes, 0U);
  arena.check_invariants();
}

// What stands in front of it would be handed out again, and stay behind the mark.
TEST_F(ArenaGrowth, ALaterChunkThatIsEmptyIsNotTrimmedUnderAMark) {
  Arena arena(budget_, options_for(upstream_));
  void* last = nullptr;
  while (arena.stats().chunk_count < 2) last = *arena.try_allocate(100, 8);
  ASSERT_TRUE(arena.shrink_last(last, 100, 0));
  const std::uint64_t used = arena.stats().used_bytes;
  const ArenaMark mark = arena.mark();
  EXPECT_EQ(arena.trim(0), 0U);
  ASSERT_TRUE(arena.try_allocate(8, 8));
  ASSERT_TRUE(arena.rewind(mark));
  EXPECT_EQ(arena.stats().used_bytes, used);
  arena.check_invariants();
}

TEST_F(ArenaGrowth, ALargeRequestLeavesASpareChunkToSmallOnes) {
  Arena arena(budget_, options_for(upstream_));
  ASSERT_TRUE(arena.try_allocate(200, 8));
  const ArenaMark mark = arena.mark();
  fill(arena, 4);
  ASSERT_TRUE(arena.rewind(mark));
  ASSERT_TRUE(arena.try_allocate(5000, 8));
  EXPECT_EQ(arena.stats().own_block_count, 1U);
  EXPECT_EQ(arena.stats().wasted_bytes, 0U);
}

TEST_F(ArenaGrowth, SpareChunksAreUsedBeforeNewOnes) {
  Arena arena(budget_, options_for(upstream_));
  fill(arena, 1);
  const ArenaMark mark = arena.mark();
  for (int round = 0; round < 5; ++round) {
    fill(arena, 4);
    for (int block = 0; block < 200; ++block) ASSERT_TRUE(arena.try_allocate(64, 8));
    ASSERT_TRUE(arena.rewind(mark));
    arena.check_invariants();
  }
  EXPECT_EQ(upstream_.give_back_count, 0);
  EXPECT_LE(upstream_.take_count, 6);
}

TEST_F(ArenaGrowth, TheCallersBufferComesFirstAndCostsTheBudgetNothing) {
  alignas(64) std::byte buffer[512];
  Arena arena(buffer, budget_, options_for(upstream_));
  EXPECT_EQ(*arena.try_allocate(512, 8), buffer);
  EXPECT_EQ(budget_.live_bytes(), 0U);
  ASSERT_TRUE(arena.try_allocate(8, 8));
  EXPECT_EQ(budget_.live_bytes(), 1024U);
  EXPECT_EQ(arena.stats().held_bytes, 1536U);
  ASSERT_TRUE(arena.reset());
  EXPECT_EQ(*arena.try_allocate(8, 8), buffer);
  ASSERT_TRUE(arena.release());
  EXPECT_EQ(arena.stats().held_bytes, 512U);
  EXPECT_EQ(*arena.try_allocate(8, 8), buffer);
  arena.check_invariants();
}

// The arena is half-way through a change while upstream runs.
TEST_F(ArenaGrowth, AnUpstreamThatComesBackToItsArenaIsRefused) {
  class Reentrant final : public tests::RecordingUpstream {
   public:
    Block take(std::size_t size_bytes, bool want_zero) noexcept override {
      try_arena();
      return RecordingUpstream::take(size_bytes, want_zero);
    }
    void give_back(void* memory, std::size_t size_bytes) noexcept override {
      try_arena();
      RecordingUpstream::give_back(memory, size_bytes);
    }
    void try_arena() {
      if (arena == nullptr) return;
      codes.push_back(arena->try_allocate(8, 8).error().code);
      codes.push_back(arena->reset().error().code);
      codes.push_back(arena->rewind(arena->mark()).error().code);
      codes.push_back(arena->release().error().code);
      EXPECT_EQ(arena->trim(0), 0U);
    }
    Arena* arena = nullptr;
    std::vector<ErrorCode> codes;
  };
  Reentrant upstream;
  Arena arena(budget_, options_for(upstream));
  upstream.arena = &arena;
  fill(arena, 3);
  ASSERT_TRUE(arena.try_allocate(5000, 8));
  ASSERT_TRUE(arena.release());
  EXPECT_EQ(upstream.codes.size(), 4U * (4 + 4));
  EXPECT_TRUE(std::ranges::all_of(
      upstream.codes, [](ErrorCode code) { return code == error_code(ArenaCode::busy); }));
  upstream.arena = nullptr;
  arena.check_invariants();
}

TEST(ArenaGrowthInATinyBudget, NoBlockLeavesTheMemoryThatWasTakenForIt) {
  for (const std::uint64_t bytes_max :
       {0U, 1U, 55U, 56U, 63U, 64U, 65U, 127U, 128U, 129U, 255U, 256U, 257U, 319U, 320U}) {
    SCOPED_TRACE(bytes_max);
    MemoryBudget budget({.max_single = bytes_max, .max_total = 4096});
    tests::RecordingUpstream upstream;
    Arena arena(budget, options_for(upstream));
    std::size_t handed_out = 0;
    for (int i = 0; i < 200; ++i) {
      const Result<void*> block = arena.try_allocate(8, 8);
      if (!block) break;
      handed_out += 8;
      std::memset(*block, 0xee, 8);
      arena.check_invariants();
    }
    EXPECT_LE(handed_out + kArenaOwnBlockHeaderBytes * arena.stats().own_block_count +
                  kArenaChunkHeaderBytes * arena.stats().chunk_count,
              upstream.held_bytes);
    EXPECT_EQ(handed_out != 0, bytes_max >= kArenaOwnBlockHeaderBytes + 8);
    EXPECT_LE(upstream.largest_bytes, bytes_max);
  }
}

TEST_F(ArenaGrowth, ChunksThatAreKeptForLaterRefuseNothing) {
  ArenaOptions options = options_for(upstream_);
  options.retained_bytes_max = kLimits.max_total;
  MemoryBudget budget({.max_single = 64 * kKiB, .max_total = 64 * kKiB});
  Arena arena(budget, options);
  while (arena.try_allocate(64, 8)) {
  }
  ASSERT_TRUE(arena.reset());
  ASSERT_GT(budget.live_bytes(), 48 * kKiB);
  EXPECT_TRUE(arena.try_allocate(40 * kKiB, 8));
  arena.check_invariants();
}

}  // namespace
}  // namespace redzone
