#include "redzone/arena/stats.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include "arena/detectors.hpp"
#include "arena/slots.hpp"
#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/arena/scope.hpp"
#include "tests/arena/test_limits.hpp"

namespace redzone {
namespace {

// Without red zones the figures are the same in every build.
constexpr ArenaOptions kOptions{.chunk_bytes = 1024, .red_zone_bytes = 0};

TEST(ArenaFigures, UsedBytesFollowTheBlocks) {
  MemoryBudget budget(kRoomyLimits);
  Arena arena(budget, kOptions);
  ASSERT_TRUE(arena.try_allocate(1, 1));
  EXPECT_EQ(arena.stats().used_bytes, 8U);
  ASSERT_TRUE(arena.try_allocate(64, 64));
  const std::uint64_t used = arena.stats().used_bytes;
  ASSERT_TRUE(arena.try_allocate(10'001, 8));
  EXPECT_EQ(arena.stats().used_bytes, used + 10'008);
  ASSERT_TRUE(arena.reset());
  EXPECT_EQ(arena.stats().used_bytes, 0U);
}

TEST(ArenaFigures, TheHighWaterMarkIsTheMostThatWasEverUsed) {
  alignas(64) std::byte buffer[4096];
  FixedArena arena(buffer);
  std::uint64_t most = 0;
  const auto expect_most = [&] {
    most = std::max(most, arena.stats().used_bytes);
    EXPECT_EQ(arena.stats().high_water_bytes, most);
  };
  ASSERT_TRUE(arena.try_allocate(1000, 8));
  expect_most();
  {
    const ArenaScope scope(arena);
    ASSERT_TRUE(arena.try_allocate(2000, 8));
    most = 3000;  // nobody asked meanwhile
  }
  expect_most();
  void* last = *arena.try_allocate(2500, 8);
  most = 3504;
  ASSERT_TRUE(arena.shrink_last(last, 2500, 8));
  expect_most();
  const ArenaMark mark = arena.mark();
  ASSERT_TRUE(arena.try_allocate(2800, 8));
  most = 3808;
  ASSERT_TRUE(arena.rewind(mark));
  expect_most();
  ASSERT_TRUE(arena.reset());
  expect_most();
}

TEST(ArenaFigures, HeldBytesHaveAHighWaterMarkOfTheirOwn) {
  MemoryBudget budget(kRoomyLimits);
  Arena arena(budget, kOptions);
  ASSERT_TRUE(arena.try_allocate(50'000, 8));
  ASSERT_TRUE(arena.release());
  EXPECT_EQ(arena.stats().held_bytes, 0U);
  EXPECT_EQ(arena.stats().held_high_water_bytes, 50'048U);
  EXPECT_EQ(arena.stats().held_high_water_bytes, budget.peak_bytes());
}

// 7 of 8 bytes for a block of 1, and 56 for an alignment of 64 behind it.
TEST(ArenaFigures, PaddingIsCountedExactlyWhereBlocksAreCounted) {
  alignas(256) std::byte buffer[4096];
  FixedArena arena(buffer, {.counts_blocks = true});
  ASSERT_TRUE(arena.try_allocate(1, 1));
  EXPECT_EQ(arena.stats().padding_bytes, 7U);
  ASSERT_TRUE(arena.try_allocate(64, 64));
  EXPECT_EQ(arena.stats().padding_bytes, 7U + 56);
  ASSERT_TRUE(arena.try_allocate(0, 1));
  EXPECT_EQ(arena.stats().padding_bytes, 7U + 56 + 7);
  ASSERT_TRUE(arena.allocate_zeroed(3, 256));
  EXPECT_EQ(arena.stats().padding_bytes, 7U + 56 + 7 + 120 + 5);
  EXPECT_EQ(arena.stats().block_count, 4U);
  EXPECT_EQ(arena.stats().used_bytes, 1U + 64 + 1 + 3 + *arena.stats().padding_bytes);
  ASSERT_TRUE(arena.reset());
  EXPECT_EQ(arena.stats().block_count, 0U);
  EXPECT_EQ(arena.stats().padding_bytes, 0U);
}

TEST(ArenaFigures, WhatNobodyCountsIsUnknownAndNotZero) {
  alignas(64) std::byte buffer[4096];
  FixedArena arena(buffer);
  ASSERT_TRUE(arena.try_allocate(1, 1));
  EXPECT_EQ(arena.stats().block_count.has_value(), is_watched());
  EXPECT_EQ(arena.stats().padding_bytes.has_value(), is_watched());
}

TEST(ArenaFigures, WhatIsLeftOfFullChunksIsWasted) {
  MemoryBudget budget(kRoomyLimits);
  Arena arena(budget, kOptions);
  ASSERT_TRUE(arena.try_allocate(200, 8));
  ASSERT_TRUE(arena.try_allocate(200, 8));
  ASSERT_TRUE(arena.try_allocate(200, 8));
  ASSERT_TRUE(arena.try_allocate(200, 8));
  EXPECT_EQ(arena.stats().wasted_bytes, 0U);
  ASSERT_TRUE(arena.try_allocate(200, 8));
  EXPECT_EQ(arena.stats().wasted_bytes, 1024U - 64 - 800);
  ASSERT_TRUE(arena.reset());
  EXPECT_EQ(arena.stats().wasted_bytes, 0U);
}

TEST(ArenaFigures, OverflowsFailuresAndResetsAreCounted) {
  MemoryBudget budget({.max_single = 1024, .max_total = 2048});
  Arena arena(budget, kOptions);
  ASSERT_TRUE(arena.try_allocate(64, 8));
  EXPECT_EQ(arena.stats().overflow_count, 0U) << "there was no chunk";
  ASSERT_TRUE(arena.try_allocate(900, 8));
  EXPECT_EQ(arena.stats().overflow_count, 1U);
  EXPECT_FALSE(arena.try_allocate(1000, 8));
  EXPECT_FALSE(arena.try_allocate(1000, 3));
  EXPECT_EQ(arena.stats().overflow_count, 2U);
  EXPECT_EQ(arena.stats().failure_count, 2U);
  EXPECT_EQ(arena.stats().reset_count, 0U);
  ASSERT_TRUE(arena.reset());
  ASSERT_TRUE(arena.reset());
  EXPECT_EQ(arena.stats().reset_count, 2U);
}

TEST(ArenaFigures, TheRatioOfNothingIsZero) {
  FixedArena none;
  EXPECT_EQ(none.stats().used_ratio(), 0.0);
  alignas(64) std::byte buffer[4096];
  FixedArena arena(buffer);
  ASSERT_TRUE(arena.try_allocate(1024, 8));
  EXPECT_EQ(arena.stats().used_ratio(), 0.25);
}

// Whoever adds what is used and what the window has reads two values; they belong together.
TEST(ArenaFigures, OfAnotherThreadAreOnesThatWereTrue) {
  MemoryBudget budget(kRoomyLimits);
  Arena arena(budget, {.chunk_bytes = 256, .chunk_bytes_max = 1024, .red_zone_bytes = 0});
  std::atomic<bool> is_over = false;
  std::thread reader([&] {
    while (!is_over.load(std::memory_order_relaxed)) {
      const ArenaStats stats = arena.stats();
      ASSERT_LE(stats.used_bytes, 100U * 64 + 5000);
      ASSERT_EQ(stats.used_bytes % 8, 0U);
      ASSERT_LE(arena_totals().used_bytes, 64 * kMiB);
    }
  });
  for (int round = 0; round < 300; ++round) {
    for (int block = 0; block < 100; ++block) {
      ASSERT_TRUE(arena.try_allocate(64, 8));
      if (block % 10 != 0) continue;
      const ArenaScope scope(arena);
      ASSERT_TRUE(arena.try_allocate(5000, 8));
    }
    ASSERT_TRUE(arena.reset());
  }
  is_over.store(true, std::memory_order_relaxed);
  reader.join();
}

ArenaTotals difference(const ArenaTotals& before) {
  ArenaTotals now = arena_totals();
  now.arena_count -= before.arena_count;
  now.used_bytes -= before.used_bytes;
  now.held_bytes -= before.held_bytes;
  now.chunk_count -= before.chunk_count;
  now.reset_count -= before.reset_count;
  now.overflow_count -= before.overflow_count;
  now.failure_count -= before.failure_count;
  return now;
}

TEST(ArenaTotal, IsTheSumOfWhatArenasToldLast) {
  const ArenaTotals before = arena_totals();
  MemoryBudget budget(kRoomyLimits);
  {
    Arena one(budget, kOptions);
    Arena other(budget, kOptions);
    ASSERT_TRUE(one.try_allocate(64, 8));
    ASSERT_TRUE(other.try_allocate(10'000, 8));
    EXPECT_EQ(difference(before).arena_count, 2U);
    EXPECT_EQ(difference(before).held_bytes, 1024U + 10'048);
    EXPECT_EQ(difference(before).used_bytes, 10'000U) << "64 bytes were not told yet";
    ASSERT_TRUE(one.rewind(one.mark()));
    EXPECT_EQ(difference(before).used_bytes, 10'064U);
    EXPECT_EQ(difference(before).chunk_count, 1U);
    ASSERT_TRUE(one.reset());
    const Arena moved(std::move(other));
    EXPECT_EQ(difference(before).arena_count, 3U);
    EXPECT_EQ(difference(before).held_bytes, 1024U + 10'048);
  }
  EXPECT_EQ(difference(before).arena_count, 0U);
  EXPECT_EQ(difference(before).held_bytes, 0U);
  EXPECT_EQ(difference(before).used_bytes, 0U);
  EXPECT_EQ(difference(before).reset_count, 1U) << "of arenas that are gone, too";
}

TEST(ArenaTotal, HasArenasBeyondTheSlots) {
  const ArenaTotals before = arena_totals();
  {
    std::vector<std::byte> memory((kArenaSlotsMax + 100) * 64);
    std::vector<std::unique_ptr<FixedArena>> arenas;
    for (std::size_t index = 0; index < kArenaSlotsMax + 100; ++index) {
      arenas.push_back(std::make_unique<FixedArena>(std::span(memory).subspan(index * 64, 64)));
      ASSERT_TRUE(arenas.back()->try_allocate(8, 8));
      EXPECT_FALSE(arenas.back()->try_allocate(100, 8));
      ASSERT_TRUE(arenas.back()->rewind(arenas.back()->mark()));
    }
    EXPECT_EQ(difference(before).arena_count, arenas.size());
    EXPECT_EQ(difference(before).used_bytes, arenas.size() * 8);
    EXPECT_EQ(difference(before).held_bytes, arenas.size() * 64);
    EXPECT_EQ(difference(before).failure_count, arenas.size());
  }
  EXPECT_EQ(difference(before).arena_count, 0U);
  EXPECT_EQ(difference(before).used_bytes, 0U);
  EXPECT_EQ(difference(before).failure_count, kArenaSlotsMax + 100);
}

// The other threads are not there in the child, and neither is what their arenas hold.
TEST(ArenaTotal, OfAForkedChildHasItsOwnThreadOnly) {
  struct Other {
    MemoryBudget budget{kRoomyLimits};
    std::optional<Arena> arena;
    std::atomic<bool> is_made = false;
    std::atomic<bool> is_over = false;

    static void* run(void* self) {
      auto* other = static_cast<Other*>(self);
      other->arena.emplace(other->budget, kOptions);
      EXPECT_TRUE(other->arena->try_allocate(5000, 8));
      other->is_made = true;
      while (!other->is_over) std::this_thread::yield();
      return nullptr;
    }
  };
  const ArenaTotals before = arena_totals();
  MemoryBudget budget(kRoomyLimits);
  Arena own(budget, kOptions);
  ASSERT_TRUE(own.try_allocate(8, 8));
  Other other;
  pthread_t thread{};  // what std::thread allocates for it would be lost in the child
  ASSERT_EQ(pthread_create(&thread, nullptr, Other::run, &other), 0);
  while (!other.is_made) std::this_thread::yield();
  EXPECT_EQ(difference(before).arena_count, 2U);
  const pid_t child = fork();
  if (child == 0) {
    const bool is_forgotten =
        difference(before).arena_count == 1 && difference(before).held_bytes == 1024;
    // Whoever uses it in the child after all is counted again.
    const bool is_back = other.arena->reset() && difference(before).arena_count == 2;
    _exit(is_forgotten && is_back ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  other.is_over = true;
  ASSERT_EQ(pthread_join(thread, nullptr), 0);
  EXPECT_EQ(difference(before).arena_count, 2U);
}

TEST(ArenaSlots, AreAsManyAsTheLimitSaysAndThenShared) {
  std::vector<ArenaSlotUse> uses;
  std::set<const ArenaSlot*> slots;
  for (std::size_t index = 0; index < kArenaSlotsMax; ++index) {
    uses.push_back(begin_slot());
    EXPECT_TRUE(slots.insert(uses.back().slot).second) << index;
  }
  for (int beyond = 0; beyond < 2; ++beyond) {
    uses.push_back(begin_slot());
    EXPECT_EQ(slots.insert(uses.back().slot).second, beyond == 0);
  }
  for (ArenaSlotUse& use : uses) end_slot(use);
}

}  // namespace
}  // namespace redzone
