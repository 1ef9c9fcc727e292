#include "redzone/arena/scope.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "tests/arena/test_limits.hpp"

namespace redzone {
namespace {

class ArenaScopes : public testing::Test {
 protected:
  std::byte* block() { return static_cast<std::byte*>(*arena_.try_allocate(64, 8)); }

  MemoryBudget budget_{kLimits};
  Arena arena_{budget_, {.chunk_bytes = 512, .red_zone_bytes = 0}};
};

TEST_F(ArenaScopes, AScopeTakesItsBlocksAlongAndNoOthers) {
  std::byte* before = block();
  std::byte* inside = nullptr;
  {
    const ArenaScope scope(arena_);
    EXPECT_EQ(&scope.arena(), &arena_);
    inside = block();
  }
  EXPECT_TRUE(arena_.owns(before));
  EXPECT_FALSE(arena_.owns(inside));
  EXPECT_EQ(block(), inside);
  arena_.check_invariants();
}

TEST_F(ArenaScopes, ScopesNest) {
  const ArenaScope outer(arena_);
  for (int round = 0; round < 3; ++round) {
    std::byte* kept = block();
    const std::uint64_t used = arena_.stats().used_bytes;
    {
      const ArenaScope inner(arena_);
      for (int index = 0; index < 50; ++index) block();
      ASSERT_TRUE(arena_.try_allocate(5000, 8));
    }
    EXPECT_EQ(arena_.stats().used_bytes, used);
    EXPECT_TRUE(arena_.owns(kept));
    arena_.check_invariants();
  }
}

TEST_F(ArenaScopes, ResetAndReleaseAreRefusedWhileAScopeIsOpen) {
  std::byte* kept = block();
  {
    const ArenaScope outer(arena_);
    const ArenaScope inner(arena_);
    EXPECT_EQ(arena_.reset().error(),
              make_error(ArenaCode::scope_open).with_field("arena").with_value(2));
    EXPECT_EQ(arena_.release().error().code, error_code(ArenaCode::scope_open));
    EXPECT_TRUE(arena_.owns(kept));
  }
  EXPECT_TRUE(arena_.reset());
}

TEST_F(ArenaScopes, ARewindWithinAScopeStaysWithinIt) {
  const ArenaScope scope(arena_);
  block();
  const ArenaMark mark = arena_.mark();
  std::byte* after = block();
  EXPECT_TRUE(arena_.rewind(mark));
  EXPECT_EQ(block(), after);
}

// A block of before the scope that was cut back, or grew, within it would be cut again at its end.
TEST_F(ArenaScopes, ABlockOfBeforeTheScopeIsNotTheLastOneWithin) {
  std::byte* before = block();
  {
    const ArenaScope scope(arena_);
    EXPECT_FALSE(arena_.shrink_last(before, 64, 0));
    EXPECT_FALSE(arena_.grow_last(before, 64, 128));
    std::byte* inside = block();
    EXPECT_TRUE(arena_.shrink_last(inside, 64, 0));
    EXPECT_FALSE(arena_.shrink_last(before, 64, 0));
  }
  EXPECT_TRUE(arena_.shrink_last(before, 64, 0)) << "and it is the last one again";
}

TEST_F(ArenaScopes, AScopeInAnArenaWithoutAChunkIsNothing) {
  {
    const ArenaScope scope(arena_);
  }
  EXPECT_EQ(arena_.stats().held_bytes, 0U);
  FixedArena none;
  const ArenaScope scope(none);
  EXPECT_FALSE(none.try_allocate(1, 1));
}

TEST_F(ArenaScopes, ATrimWithinAScopeTakesOnlyWhatItHasNoHandIn) {
  block();
  ASSERT_TRUE(arena_.reset());
  {
    const ArenaScope scope(arena_);
    EXPECT_EQ(arena_.trim(0), 512U);
    block();
    arena_.check_invariants();
  }
  arena_.check_invariants();
  EXPECT_EQ(arena_.stats().used_bytes, 0U);
}

TEST_F(ArenaScopes, ScopesOpenUpToTheMost) {
  std::vector<std::unique_ptr<ArenaScope>> scopes;
  while (scopes.size() < kArenaScopesMax) scopes.push_back(std::make_unique<ArenaScope>(arena_));
  while (!scopes.empty()) scopes.pop_back();
  EXPECT_TRUE(arena_.reset());
}

using ArenaScopesDeathTest = ArenaScopes;

TEST_F(ArenaScopesDeathTest, OneMoreThanTheMostIsAProgrammersError) {
  std::vector<std::unique_ptr<ArenaScope>> scopes;
  while (scopes.size() < kArenaScopesMax) scopes.push_back(std::make_unique<ArenaScope>(arena_));
  EXPECT_DEATH({ const ArenaScope scope(arena_); }, "scopes_open_ < kArenaScopesMax");
  while (!scopes.empty()) scopes.pop_back();
}

TEST_F(ArenaScopesDeathTest, AnotherOrderIsAProgrammersError) {
  EXPECT_DEATH(
      {
        auto outer = std::make_unique<ArenaScope>(arena_);
        auto inner = std::make_unique<ArenaScope>(arena_);
        outer.reset();
      },
      "REDZONE_CHECK failed: scopes_open_ == depth");
}

TEST_F(ArenaScopesDeathTest, LeavingAScopeOfASealedArenaIsAProgrammersError) {
  EXPECT_DEATH(
      {
        const ArenaScope scope(arena_);
        arena_.seal();
      },
      "REDZONE_CHECK failed: !is_sealed_");
}

}  // namespace
}  // namespace redzone
