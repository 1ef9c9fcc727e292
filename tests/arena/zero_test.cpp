// What one user leaves, the next does not see.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "arena/detectors.hpp"
#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/arena/scope.hpp"
#include "tests/arena/recording_upstream.hpp"
#include "tests/arena/test_limits.hpp"

namespace redzone {
namespace {

using tests::kSecret;

std::ptrdiff_t secrets_in(std::span<const std::byte> bytes) {
  return std::ranges::count(bytes, std::byte{kSecret});
}

bool is_zero(const void* block, std::size_t size_bytes) {
  const auto* first = static_cast<const std::byte*>(block);
  return std::all_of(first, first + size_bytes,
                     [](std::byte byte) { return byte == std::byte{0}; });
}

std::byte* fill(const Result<void*>& block, std::size_t size_bytes) {
  std::memset(*block, kSecret, size_bytes);
  return static_cast<std::byte*>(*block);
}

// What is in memory that no block is in, which only an arena that no detector watches lets see.
class ArenaZeroes : public testing::Test {
 protected:
  void SetUp() override {
    if (is_watched()) GTEST_SKIP() << "what was taken back may not be read";
  }

  alignas(64) std::byte buffer_[4096] = {};
};

TEST_F(ArenaZeroes, AtReset) {
  FixedArena arena(buffer_);
  fill(arena.try_allocate(1000, 8), 1000);
  fill(arena.try_allocate(3000, 64), 3000);
  ASSERT_TRUE(arena.reset());
  EXPECT_EQ(secrets_in(buffer_), 0);
}

TEST_F(ArenaZeroes, AtRewindAndScopeExitWhatGoesAndNothingElse) {
  FixedArena arena(buffer_);
  fill(arena.try_allocate(100, 8), 100);
  const ArenaMark mark = arena.mark();
  fill(arena.try_allocate(1000, 8), 1000);
  ASSERT_TRUE(arena.rewind(mark));
  EXPECT_EQ(secrets_in(buffer_), 100);
  {
    const ArenaScope scope(arena);
    fill(arena.try_allocate(2000, 16), 2000);
  }
  EXPECT_EQ(secrets_in(buffer_), 100);
}

TEST_F(ArenaZeroes, AtShrinkWhatIsDropped) {
  FixedArena arena(buffer_);
  std::byte* block = fill(arena.try_allocate(1000, 8), 1000);
  ASSERT_TRUE(arena.shrink_last(block, 1000, 33));
  EXPECT_EQ(secrets_in(buffer_), 33);
  ASSERT_TRUE(arena.shrink_last(block, 33, 0));
  EXPECT_EQ(secrets_in(buffer_), 0);
}

TEST_F(ArenaZeroes, OnlyWhatWasHandedOut) {
  std::ranges::fill(buffer_, std::byte{0x77});
  FixedArena arena(buffer_);
  ASSERT_TRUE(arena.try_allocate(1000, 8));
  ASSERT_TRUE(arena.reset());
  EXPECT_TRUE(is_zero(buffer_, 1000));
  EXPECT_EQ(std::ranges::count(buffer_, std::byte{0x77}), 4096 - 1000);
}

TEST_F(ArenaZeroes, NothingUnderNever) {
  FixedArena arena(buffer_, {.zero = ArenaZero::never});
  std::byte* block = fill(arena.try_allocate(1000, 8), 1000);
  ASSERT_TRUE(arena.shrink_last(block, 1000, 100));
  ASSERT_TRUE(arena.reset());
  EXPECT_EQ(secrets_in(buffer_), 1000);
}

TEST(ArenaZeroed, TheCallersBufferAtTheEnd) {
  alignas(64) std::byte buffer[4096] = {};
  std::optional<FixedArena> arena(std::in_place, buffer);
  fill(arena->try_allocate(4000, 8), 4000);
  arena.reset();
  EXPECT_EQ(secrets_in(buffer), 0);
  std::optional<FixedArena> never(std::in_place, buffer,
                                  FixedArenaOptions{.zero = ArenaZero::never});
  fill(never->try_allocate(4000, 8), 4000);
  never.reset();
  // A detector is told that nobody has written these bytes; they are there all the same.
  if (!is_watched()) {
    EXPECT_EQ(secrets_in(buffer), 4000);
  }
}

// Chunks, and the blocks that are no part of one, go back without what was in them.
TEST(ArenaZeroed, WhateverGoesBackToUpstream) {
  MemoryBudget budget(kRoomyLimits);
  for (const bool gives_zero : {true, false}) {
    for (const ArenaOverflow overflow : {ArenaOverflow::grow, ArenaOverflow::heap}) {
      tests::RecordingUpstream upstream;
      upstream.gives_zero = gives_zero;
      {
        Arena arena(budget,
                    {.retained_bytes_max = 2000, .overflow = overflow, .upstream = &upstream});
        for (int round = 0; round < 3; ++round) {
          for (int block = 0; block < 200; ++block) fill(arena.try_allocate(100, 8), 100);
          fill(arena.try_allocate(9001, 128), 9001);
          const ArenaMark mark = arena.mark();
          fill(arena.allocate_zeroed(9001, 128), 9001);
          ASSERT_TRUE(arena.rewind(mark));
          if (round != 1) continue;
          ASSERT_TRUE(arena.reset());
        }
      }
      EXPECT_GT(upstream.give_back_count, 3);
      EXPECT_EQ(upstream.secrets_seen, 0);
    }
  }
}

TEST(ArenaZeroed, NothingGoesBackZeroedUnderNever) {
  MemoryBudget budget(kRoomyLimits);
  tests::RecordingUpstream upstream;
  {
    Arena arena(budget, {.zero = ArenaZero::never, .red_zone_bytes = 0, .upstream = &upstream});
    for (int block = 0; block < 20; ++block) fill(arena.try_allocate(100, 8), 100);
    fill(arena.try_allocate(9001, 128), 9001);
  }
  EXPECT_EQ(upstream.secrets_seen, 20 * 100 + 9001);
}

// Whatever was there before, by either policy, from clean and from dirty memory, inline and not.
TEST(ArenaZeroed, AllocateZeroedGivesZeros) {
  MemoryBudget budget(kRoomyLimits);
  for (const bool gives_zero : {true, false}) {
    for (const ArenaZero zero : {ArenaZero::on_reset, ArenaZero::never}) {
      tests::RecordingUpstream upstream;
      upstream.gives_zero = gives_zero;
      alignas(64) std::byte buffer[700];
      std::ranges::fill(buffer, std::byte{kSecret});
      Arena arena(buffer, budget, {.chunk_bytes = 1024, .zero = zero, .upstream = &upstream});
      for (int round = 0; round < 5; ++round) {
        for (std::size_t size_bytes = 1; size_bytes < 1000; size_bytes += 41) {
          const ArenaMark mark = arena.mark();
          fill(arena.try_allocate(size_bytes, 8), size_bytes);
          ASSERT_TRUE(arena.rewind(mark));
          const Result<void*> block =
              arena.allocate_zeroed(size_bytes, std::size_t{1} << (size_bytes % 9));
          ASSERT_TRUE(block);
          ASSERT_TRUE(is_zero(*block, size_bytes)) << size_bytes << " bytes, round " << round;
          fill(block, size_bytes);
          arena.shrink_last(*block, size_bytes, size_bytes / 2);
          const Result<std::span<std::uint64_t>> numbers = arena.make_array<std::uint64_t>(9);
          ASSERT_TRUE(numbers);
          ASSERT_TRUE(is_zero(numbers->data(), 72));
          fill(numbers->data(), 72);
        }
        ASSERT_TRUE(arena.reset());
      }
    }
  }
}

// The upstream's zeros are not written again: what it handed out dirty and calls zero stays as it
// is.
TEST(ArenaZeroed, MemoryThatIsKnownToBeZeroIsNotWritten) {
  if (is_watched()) GTEST_SKIP() << "a detector has to be told that the block is written";
  class Liar final : public tests::RecordingUpstream {
   public:
    Block take(std::size_t size_bytes, bool) noexcept override {
      Block block = RecordingUpstream::take(size_bytes, false);
      block.is_zero = true;
      return block;
    }
  };
  MemoryBudget budget(kRoomyLimits);
  Liar upstream;
  Arena arena(budget, {.upstream = &upstream});
  EXPECT_FALSE(is_zero(*arena.allocate_zeroed(64, 8), 64));
  EXPECT_FALSE(is_zero(*arena.allocate_zeroed(64, 128), 64));
  EXPECT_FALSE(is_zero(*arena.allocate_zeroed(9000, 8), 9000));
  // What was handed out and zeroed since is zero.
  ASSERT_TRUE(arena.reset());
  EXPECT_TRUE(is_zero(*arena.allocate_zeroed(64, 8), 64));
}

// The buffer was dirty; what was handed out of it and zeroed is so no more.
TEST(ArenaZeroed, WhatResetHasZeroedIsNotWrittenAgain) {
  if (is_watched()) GTEST_SKIP() << "a detector has to be told that the block is written";
  alignas(64) std::byte buffer[1024];
  std::ranges::fill(buffer, std::byte{0x77});
  FixedArena arena(buffer);
  ASSERT_TRUE(arena.try_allocate(512, 8));
  ASSERT_TRUE(arena.reset());
  buffer[10] = std::byte{0x77};  // as nobody may
  EXPECT_TRUE(is_zero(*arena.allocate_zeroed(1000, 8), 10));
  EXPECT_EQ(buffer[10], std::byte{0x77});
  EXPECT_TRUE(is_zero(buffer + 512, 488));
}

// Under `never` what was handed out is dirty from then on, as far as it ever went.
TEST(ArenaZeroed, ZerosAreWrittenOverWhatAnyBlockHasLeft) {
  class AlwaysZero final : public tests::RecordingUpstream {
   public:
    Block take(std::size_t size_bytes, bool) noexcept override {
      return RecordingUpstream::take(size_bytes, true);
    }
  };
  MemoryBudget budget(kRoomyLimits);
  AlwaysZero upstream;
  Arena arena(budget, {.zero = ArenaZero::never, .upstream = &upstream});
  for (const std::size_t size_bytes : {100U, 500U, 300U}) {
    fill(arena.try_allocate(size_bytes, 8), size_bytes);
    ASSERT_TRUE(arena.reset());
  }
  EXPECT_TRUE(is_zero(*arena.allocate_zeroed(900, 8), 900));
}

TEST(ArenaZeroed, ZerosAreAskedOfUpstreamWhereTheyServe) {
  class Asked final : public tests::RecordingUpstream {
   public:
    Block take(std::size_t size_bytes, bool want_zero) noexcept override {
      zero_count += want_zero ? 1 : 0;
      return RecordingUpstream::take(size_bytes, want_zero);
    }
    int zero_count = 0;
  };
  MemoryBudget budget(kRoomyLimits);
  Asked upstream;
  {
    Arena arena(budget, {.zero = ArenaZero::never, .upstream = &upstream});
    ASSERT_TRUE(arena.try_allocate(8, 8));
    ASSERT_TRUE(arena.try_allocate(9000, 8));
    EXPECT_EQ(upstream.zero_count, 0);
    ASSERT_TRUE(arena.allocate_zeroed(9000, 8));
    EXPECT_EQ(upstream.zero_count, 1);
  }
  Arena arena(budget, {.upstream = &upstream});
  ASSERT_TRUE(arena.try_allocate(8, 8));
  EXPECT_EQ(upstream.zero_count, 2);
}

}  // namespace
}  // namespace redzone
