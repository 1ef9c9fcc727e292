// What a detector lets a program touch of an arena. Compiled where AddressSanitizer or Valgrind
// looks on.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/arena/scope.hpp"
#include "tests/arena/may_touch.hpp"

namespace redzone {
namespace {

char* block_of(BumpArena& arena, std::size_t size_bytes, std::size_t alignment = 8) {
  return static_cast<char*>(arena.allocate(size_bytes, alignment));
}

// [block, block + size_bytes) may be touched, and the `hidden` bytes behind it may not.
void expect_open(const char* block, std::size_t size_bytes, std::size_t hidden) {
  for (std::size_t index = 0; index < size_bytes + hidden; ++index) {
    ASSERT_EQ(may_touch(block + index), index < size_bytes) << index << " of " << size_bytes;
  }
}

void expect_hidden(const char* block, std::size_t size_bytes) { expect_open(block, 0, size_bytes); }

std::size_t distance(const char* from, const char* to) {
  return static_cast<std::size_t>(to - from);
}

class RedZone : public testing::Test {
 protected:
  MemoryBudget budget_{{.max_single = 64 * kKiB, .max_total = 4 * kMiB}};
};

TEST_F(RedZone, FollowsEachBlock) {
  Arena arena(budget_);
  for (std::size_t size_bytes = 1; size_bytes <= 40; ++size_bytes) {
    const char* block = block_of(arena, size_bytes);
    const char* next = block_of(arena, 1);
    EXPECT_EQ(distance(block, next), (size_bytes + 7) / 8 * 8 + 16);
    expect_open(block, size_bytes, distance(block, next) - size_bytes);
  }
}

TEST_F(RedZone, HasTheSizeOfTheOptions) {
  for (const std::uint64_t red_zone_bytes : {0U, 8U, 64U, 256U}) {
    Arena arena(budget_, {.red_zone_bytes = red_zone_bytes});
    const char* block = block_of(arena, 37);
    const char* next = block_of(arena, 37);
    EXPECT_EQ(distance(block, next), 40 + red_zone_bytes);
    expect_open(block, 37, 3 + red_zone_bytes);
  }
}

TEST_F(RedZone, FollowsABlockWithALargeAlignment) {
  Arena arena(budget_, {.chunk_bytes = 16 * kKiB});
  block_of(arena, 1);
  for (const std::size_t alignment : {16U, 64U, 128U, 1024U}) {
    const char* block = block_of(arena, 13, alignment);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % alignment, 0U);
    expect_open(block, 13, 16);
    EXPECT_FALSE(may_touch(block - 1));
  }
}

TEST_F(RedZone, FollowsABlockOfItsOwn) {
  Arena arena(budget_);
  const char* block = block_of(arena, 13337);
  expect_open(block, 13337, 7);
}

TEST_F(RedZone, MovesWithTheEndOfTheLastBlock) {
  Arena arena(budget_);
  char* block = block_of(arena, 37);
  ASSERT_TRUE(arena.grow_last(block, 37, 101));
  expect_open(block, 101, 3 + 16);
  ASSERT_TRUE(arena.shrink_last(block, 101, 13));
  expect_open(block, 13, 101);
  const char* next = block_of(arena, 8);
  EXPECT_EQ(distance(block, next), 16 + 16U);
}

TEST_F(RedZone, CoversWhatResetTakesBack) {
  for (const ArenaZero zero : {ArenaZero::on_reset, ArenaZero::never}) {
    Arena arena(budget_, {.zero = zero});
    const char* first = block_of(arena, 666);
    const char* second = block_of(arena, 37);
    ASSERT_TRUE(arena.reset());
    expect_hidden(first, 666);
    expect_hidden(second, 37);

    const char* again = block_of(arena, 64);
    EXPECT_EQ(again, first);
    expect_open(again, 64, 666 - 64);
  }
}

TEST_F(RedZone, CoversWhatRewindAndAScopeTakeBack) {
  Arena arena(budget_);
  const char* kept = block_of(arena, 37);
  const ArenaMark mark = arena.mark();
  const char* gone = block_of(arena, 666);
  ASSERT_TRUE(arena.rewind(mark));
  expect_hidden(gone, 666);
  {
    ArenaScope scope(arena);
    EXPECT_EQ(block_of(arena, 101), gone);
    expect_open(gone, 101, 500);
  }
  expect_hidden(gone, 666);
  expect_open(kept, 37, 16);
}

TEST_F(RedZone, CoversChunksThatAreGivenBack) {
  Arena arena(budget_);
  const char* block = block_of(arena, 37);
  const char* large = block_of(arena, 13337);
  ASSERT_TRUE(arena.release());
  expect_hidden(block, 37);
  expect_hidden(large, 13337);
}

TEST_F(RedZone, StaysWhereItIsWhenTheArenaMoves) {
  Arena source(budget_);
  const char* block = block_of(source, 37);
  Arena target(std::move(source));
  expect_open(block, 37, 16);
  const char* next = block_of(target, 37);
  EXPECT_EQ(distance(block, next), 40 + 16U);
  ASSERT_TRUE(target.reset());
  expect_hidden(block, 37);
}

TEST_F(RedZone, IsNoPartOfABufferUnlessTheOptionsAskForIt) {
  alignas(64) std::byte buffer[1024];
  FixedArena arena(buffer);
  const char* block = block_of(arena, 40);
  EXPECT_EQ(block_of(arena, 37), block + 40);
  expect_open(block + 40, 37, 900);
}

TEST_F(RedZone, CoversWhatABufferHasNotHandedOutUntilTheArenaEnds) {
  alignas(64) char buffer[1024] = {};
  buffer[1023] = 'a';
  {
    FixedArena arena(std::as_writable_bytes(std::span(buffer)));
    expect_hidden(buffer, 1024);
    char* block = block_of(arena, 666);
    std::fill_n(block, 666, 'b');
    ASSERT_TRUE(arena.reset());
    expect_hidden(buffer, 1024);
    block_of(arena, 37);
  }
  expect_open(buffer, 1024, 0);
  EXPECT_TRUE(is_written(buffer + 13));
  EXPECT_EQ(std::count(buffer, buffer + 1023, '\0'), 1023);
  EXPECT_EQ(buffer[1023], 'a');
}

TEST_F(RedZone, CoversAnArenasBufferAfterItMoved) {
  alignas(64) char buffer[1024] = {};
  const auto bytes = std::as_writable_bytes(std::span(buffer));
  auto source = std::make_unique<Arena>(bytes, budget_);
  const char* block = block_of(*source, 37);
  {
    Arena target(std::move(*source));
    source.reset();
    expect_open(block, 37, 16);
    EXPECT_FALSE(may_touch(buffer + 1023));
  }
  expect_open(buffer, 1024, 0);
}

// What upstream gets back: zeroed, and nothing of it hidden.
class Inspecting final : public ArenaUpstream {
 public:
  [[nodiscard]] Block take(std::size_t size_bytes, bool want_zero) noexcept override {
    return malloc_upstream().take(size_bytes, want_zero);
  }
  void give_back(void* memory, std::size_t size_bytes) noexcept override {
    const std::span bytes(static_cast<const char*>(memory), size_bytes);
    for (const char& byte : bytes) {
      if (!may_touch(&byte)) ++hidden_count;
      if (is_written(&byte) && byte == 'x') ++left_count;  // a header has holes
    }
    ++count;
    malloc_upstream().give_back(memory, size_bytes);
  }

  int count = 0;
  int hidden_count = 0;
  int left_count = 0;
};

TEST_F(RedZone, IsTakenAwayBeforeUpstreamGetsItsBlockBack) {
  Inspecting upstream;
  {
    Arena arena(budget_, {.chunk_bytes = 512, .chunk_bytes_max = 512, .upstream = &upstream});
    for (const std::size_t size_bytes : {37U, 100U, 13337U, 400U, 100U}) {
      std::fill_n(block_of(arena, size_bytes), size_bytes, 'x');
    }
  }
  EXPECT_GE(upstream.count, 3);
  EXPECT_EQ(upstream.hidden_count, 0);
  EXPECT_EQ(upstream.left_count, 0);
}

TEST_F(RedZone, LeavesZerosThatWereAskedFor) {
  Arena arena(budget_);
  std::fill_n(block_of(arena, 666), 666, 'x');
  ASSERT_TRUE(arena.reset());
  const Result<void*> zeros = arena.allocate_zeroed(666, 8);
  ASSERT_TRUE(zeros);
  const char* block = static_cast<const char*>(*zeros);
  for (std::size_t index = 0; index < 666; ++index) {
    ASSERT_TRUE(is_written(block + index));
    ASSERT_EQ(block[index], 0);
  }
}

}  // namespace
}  // namespace redzone
