// Moved, sealed and closed arenas.

#include <gtest/gtest.h>

#include <memory>
#include <string_view>
#include <utility>

#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/arena/scope.hpp"
#include "tests/arena/recording_upstream.hpp"
#include "tests/arena/test_limits.hpp"

namespace redzone {
namespace {

// Of every request and every way to take back.
void expect_refuses_all(BumpArena& arena, ErrorCode code) {
  const std::uint64_t used = arena.stats().used_bytes;
  const ArenaMark mark = arena.mark();
  EXPECT_EQ(arena.try_allocate(8, 8).error().code, code);
  EXPECT_EQ(arena.try_allocate(0, 128).error().code, code);
  EXPECT_EQ(arena.allocate_zeroed(8, 8).error().code, code);
  EXPECT_EQ(arena.allocate(8, 8), nullptr);
  EXPECT_EQ(arena.last_error().code, code);
  EXPECT_EQ(arena.make<int>(3).error().code, code);
  EXPECT_EQ(arena.make_with_destructor<std::unique_ptr<int>>().error().code, code);
  EXPECT_EQ(arena.make_array<int>(3).error().code, code);
  EXPECT_EQ(arena.make_array_for_overwrite<int>(3).error().code, code);
  EXPECT_EQ(arena.rewind(mark).error().code, code);
  EXPECT_EQ(arena.reset().error().code, code);
  EXPECT_EQ(arena.release().error().code, code);
  EXPECT_EQ(arena.stats().used_bytes, used);
  arena.check_invariants();
}

TEST(ArenaLife, ASealedArenaStaysAsItIsUntilUnsealed) {
  MemoryBudget budget(kLimits);
  Arena arena(budget, {.name = "tables"});
  int* number = *arena.make<int>(42);
  void* last = *arena.try_allocate(100, 8);
  arena.seal();
  arena.seal();
  expect_refuses_all(arena, error_code(ArenaCode::sealed));
  EXPECT_EQ(arena.try_allocate(8, 8).error().field, std::string_view("tables"));
  EXPECT_FALSE(arena.shrink_last(last, 100, 8));
  EXPECT_FALSE(arena.grow_last(last, 100, 108));
  EXPECT_EQ(*number, 42);
  EXPECT_TRUE(arena.owns(number));
  arena.unseal();
  void* next = *arena.try_allocate(100, 8);
  EXPECT_TRUE(arena.shrink_last(next, 100, 8));
  EXPECT_TRUE(arena.reset());
  arena.unseal();  // without a seal nothing changes
  EXPECT_TRUE(arena.try_allocate(8, 8));
}

TEST(ArenaLife, AClosedArenaHasGivenEverythingBackAndRefuses) {
  MemoryBudget budget(kLimits);
  tests::RecordingUpstream upstream;
  Arena arena(budget, {.upstream = &upstream});
  bool is_destroyed = false;
  ASSERT_TRUE(arena.make_with_destructor<std::shared_ptr<bool>>(
      &is_destroyed, [](bool* destroyed) { *destroyed = true; }));
  ASSERT_TRUE(arena.try_allocate(100'000, 8));
  arena.seal();
  arena.close();
  EXPECT_TRUE(is_destroyed);
  EXPECT_EQ(upstream.block_count(), 0U);
  EXPECT_EQ(budget.live_bytes(), 0U);
  expect_refuses_all(arena, error_code(ArenaCode::closed));
  arena.unseal();
  arena.close();
  expect_refuses_all(arena, error_code(ArenaCode::closed));
  EXPECT_EQ(arena.trim(0), 0U);
}

TEST(ArenaLife, AClosedFixedArenaRefuses) {
  alignas(64) std::byte buffer[128];
  FixedArena arena(buffer);
  ASSERT_TRUE(arena.try_allocate(8, 8));
  arena.close();
  expect_refuses_all(arena, error_code(ArenaCode::closed));
}

// The JDK's arena of null pointers: what was moved from has nothing, and works.
TEST(ArenaLife, AMovedFromArenaIsEmptyAndWorks) {
  MemoryBudget budget(kLimits);
  tests::RecordingUpstream upstream;
  Arena from(budget, {.name = "moved", .upstream = &upstream});
  int* number = *from.make<int>(42);
  ASSERT_TRUE(from.try_allocate(100'000, 8));
  const std::uint64_t held = from.stats().held_bytes;
  Arena to(std::move(from));
  EXPECT_EQ(*number, 42);
  EXPECT_TRUE(to.owns(number));
  EXPECT_EQ(to.stats().held_bytes, held);
  to.check_invariants();
  // NOLINTBEGIN(bugprone-use-after-move): what a moved-from arena does is part of its contract
  EXPECT_FALSE(from.owns(number));
  EXPECT_EQ(from.stats().held_bytes, 0U);
  EXPECT_EQ(from.stats().used_bytes, 0U);
  EXPECT_STREQ(from.options().name, "moved");
  from.check_invariants();
  ASSERT_TRUE(from.try_allocate(8, 8));
  EXPECT_TRUE(from.reset());
  EXPECT_GT(budget.live_bytes(), held);
  // NOLINTEND(bugprone-use-after-move)
}

TEST(ArenaLife, AMovedArenaGoesOnWhereItStood) {
  MemoryBudget budget(kLimits);
  Arena from(budget, {.red_zone_bytes = 0});
  const auto* first = static_cast<std::byte*>(*from.try_allocate(64, 8));
  const ArenaMark mark = from.mark();
  ASSERT_TRUE(from.try_allocate(64, 8));
  Arena to(std::move(from));
  EXPECT_EQ(*to.try_allocate(64, 8), first + 128);
  ASSERT_TRUE(to.rewind(mark)) << "a mark moves with its arena";
  EXPECT_EQ(*to.try_allocate(64, 8), first + 64);
  to.check_invariants();
}

TEST(ArenaLife, TheCallersBufferMovesWithItsArena) {
  alignas(64) std::byte buffer[128];
  FixedArena from(buffer);
  ASSERT_TRUE(from.try_allocate(64, 8));
  FixedArena to(std::move(from));
  EXPECT_EQ(*to.try_allocate(64, 8), buffer + 64);
  EXPECT_FALSE(to.try_allocate(1, 1));
  to.check_invariants();
  // NOLINTBEGIN(bugprone-use-after-move): what a moved-from arena does is part of its contract
  EXPECT_EQ(from.try_allocate(1, 1).error().code, error_code(ArenaCode::exhausted));
  from.check_invariants();
  // NOLINTEND(bugprone-use-after-move)
}

TEST(ArenaLife, AnArenaWithABufferAndChunksMovesWhole) {
  alignas(64) std::byte buffer[128];
  MemoryBudget budget(kLimits);
  auto from = std::make_unique<Arena>(buffer, budget, ArenaOptions{.chunk_bytes = 256});
  for (int block = 0; block < 50; ++block) ASSERT_TRUE(from->try_allocate(64, 8));
  Arena to(std::move(*from));
  from.reset();
  to.check_invariants();
  EXPECT_TRUE(to.owns(buffer));
  ASSERT_TRUE(to.reset());
  to.check_invariants();
  EXPECT_EQ(*to.try_allocate(64, 8), buffer);
}

TEST(ArenaLife, AnAssignedArenaGivesItsOwnMemoryBackFirst) {
  MemoryBudget budget(kLimits);
  tests::RecordingUpstream upstream;
  Arena to(budget, {.name = "to", .upstream = &upstream});
  Arena from(budget, {.name = "from", .upstream = &upstream});
  bool is_destroyed = false;
  ASSERT_TRUE(to.make_with_destructor<std::shared_ptr<bool>>(
      &is_destroyed, [](bool* destroyed) { *destroyed = true; }));
  int* number = *from.make<int>(42);
  to = std::move(from);
  EXPECT_TRUE(is_destroyed);
  EXPECT_EQ(upstream.block_count(), 1U);
  EXPECT_EQ(*number, 42);
  EXPECT_STREQ(to.options().name, "from");
  Arena& same = to;
  to = std::move(same);
  EXPECT_EQ(*number, 42);
  to.check_invariants();
}

TEST(ArenaLife, ASealMovesAndAnEndRunsInASealedArena) {
  MemoryBudget budget(kLimits);
  bool is_destroyed = false;
  {
    Arena from(budget);
    ASSERT_TRUE(from.make_with_destructor<std::shared_ptr<bool>>(
        &is_destroyed, [](bool* destroyed) { *destroyed = true; }));
    from.seal();
    Arena to(std::move(from));
    EXPECT_EQ(to.try_allocate(8, 8).error().code, error_code(ArenaCode::sealed));
    // NOLINTNEXTLINE(bugprone-use-after-move): it is unsealed and empty
    EXPECT_TRUE(from.try_allocate(8, 8));
    EXPECT_FALSE(is_destroyed);
  }
  EXPECT_TRUE(is_destroyed);
}

TEST(ArenaLifeDeathTest, AnArenaWithAnOpenScopeNeitherMovesNorClosesNorEnds) {
  MemoryBudget budget(kLimits);
  EXPECT_DEATH(
      {
        Arena arena(budget);
        const ArenaScope scope(arena);
        const Arena other(std::move(arena));
      },
      "REDZONE_CHECK failed: other.scopes_open_ == 0");
  EXPECT_DEATH(
      {
        Arena arena(budget);
        const ArenaScope scope(arena);
        arena.close();
      },
      "REDZONE_CHECK failed: scopes_open_ == 0");
  EXPECT_DEATH(
      {
        auto arena = std::make_unique<Arena>(budget);
        const ArenaScope scope(*arena);
        arena.reset();
      },
      "REDZONE_CHECK failed: scopes_open_ == 0");
}

}  // namespace
}  // namespace redzone
