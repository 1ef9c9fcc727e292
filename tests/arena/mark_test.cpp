// Marks: which ones hold, and what a rewind takes back.

#include "redzone/arena/mark.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "redzone/arena/arena.hpp"
#include "redzone/arena/scope.hpp"
#include "tests/arena/test_limits.hpp"

namespace redzone {
namespace {

class ArenaMarks : public testing::Test {
 protected:
  void expect_stale(const ArenaMark& mark) {
    EXPECT_EQ(arena_.rewind(mark).error(), make_error(ArenaCode::mark_stale).with_field("arena"));
  }
  std::byte* block() { return static_cast<std::byte*>(*arena_.try_allocate(64, 8)); }

  MemoryBudget budget_{kRoomyLimits};
  Arena arena_{budget_, {.chunk_bytes = 512, .red_zone_bytes = 0}};
};

TEST_F(ArenaMarks, RewindTakesBackWhatWasHandedOutSince) {
  std::byte* before = block();
  const ArenaMark mark = arena_.mark();
  std::byte* after = block();
  ASSERT_TRUE(arena_.rewind(mark));
  EXPECT_TRUE(arena_.owns(before));
  EXPECT_FALSE(arena_.owns(after));
  EXPECT_EQ(block(), after);
  arena_.check_invariants();
}

TEST_F(ArenaMarks, RewindGoesBackThroughChunksAndBlocksOfTheirOwn) {
  block();
  ASSERT_TRUE(arena_.try_allocate(10'000, 8));
  const ArenaMark mark = arena_.mark();
  const ArenaStats before = arena_.stats();
  for (int index = 0; index < 100; ++index) block();
  ASSERT_TRUE(arena_.try_allocate(20'000, 64));
  ASSERT_TRUE(arena_.rewind(mark));
  EXPECT_EQ(arena_.stats().used_bytes, before.used_bytes);
  EXPECT_EQ(arena_.stats().own_block_count, 1U);
  EXPECT_EQ(arena_.stats().wasted_bytes, 0U);
  arena_.check_invariants();
}

TEST_F(ArenaMarks, AMarkBeforeTheFirstBlockTakesEverythingBack) {
  const ArenaMark mark = arena_.mark();
  for (int round = 0; round < 3; ++round) {
    for (int index = 0; index < 100; ++index) block();
    ASSERT_TRUE(arena_.rewind(mark));
    EXPECT_EQ(arena_.stats().used_bytes, 0U);
    arena_.check_invariants();
  }
}

TEST_F(ArenaMarks, AMarkServesAgainAndAgain) {
  block();
  const ArenaMark mark = arena_.mark();
  std::byte* first = block();
  for (int round = 0; round < 100; ++round) {
    ASSERT_TRUE(arena_.rewind(mark));
    EXPECT_EQ(block(), first);
  }
}

// To rewind to such a mark would cut a block in two that was handed out later.
TEST_F(ArenaMarks, AMarkEndsWithARewindToAnEarlierOne) {
  const ArenaMark early = arena_.mark();
  block();
  const ArenaMark late = arena_.mark();
  ASSERT_TRUE(arena_.rewind(early));
  expect_stale(late);
  ASSERT_TRUE(arena_.try_allocate(400, 8));
  expect_stale(late);
  EXPECT_TRUE(arena_.rewind(early));
}

TEST_F(ArenaMarks, AMarkEndsWithReset) {
  const ArenaMark mark = arena_.mark();
  ASSERT_TRUE(arena_.reset());
  expect_stale(mark);
  const ArenaMark next = arena_.mark();
  ASSERT_TRUE(arena_.release());
  expect_stale(next);
}

TEST_F(ArenaMarks, AMarkOfAnotherArenaIsStale) {
  expect_stale(ArenaMark());
  const ArenaMark own = arena_.mark();
  Arena other(budget_);
  expect_stale(other.mark());
  EXPECT_TRUE(arena_.rewind(own));
}

TEST_F(ArenaMarks, AMarkEndsWithTheScopeItWasTakenIn) {
  const ArenaMark outside = arena_.mark();
  ArenaMark inside;
  {
    const ArenaScope scope(arena_);
    block();
    inside = arena_.mark();
    EXPECT_TRUE(arena_.rewind(inside));
  }
  expect_stale(inside);
  {
    const ArenaScope scope(arena_);
    expect_stale(inside);
  }
  EXPECT_TRUE(arena_.rewind(outside));
}

TEST_F(ArenaMarks, ARewindDoesNotEndAScopeThatBeganLater) {
  const ArenaMark mark = arena_.mark();
  const ArenaScope outer(arena_);
  const ArenaScope inner(arena_);
  std::byte* kept = block();
  EXPECT_EQ(arena_.rewind(mark).error(),
            make_error(ArenaCode::scope_open).with_field("arena").with_value(2));
  EXPECT_TRUE(arena_.owns(kept));
}

// The history of many marks is two numbers, as long as nobody goes back behind one.
TEST_F(ArenaMarks, MarksOfALoopLeaveTheOuterOneAlone) {
  const ArenaMark outer = arena_.mark();
  for (int round = 0; round < 1000; ++round) {
    const ArenaMark inner = arena_.mark();
    block();
    ASSERT_TRUE(arena_.rewind(inner));
    ASSERT_TRUE(arena_.try_allocate(8, 8));  // stays
    {
      const ArenaScope scope(arena_);
      const ArenaMark in_scope = arena_.mark();
      block();
      ASSERT_TRUE(arena_.rewind(in_scope));
    }
  }
  EXPECT_TRUE(arena_.rewind(outer));
  EXPECT_EQ(arena_.stats().used_bytes, 0U);
}

// Each level went back once behind a mark of its own: the first levels hold beyond the bound, too.
TEST_F(ArenaMarks, DeeperThanTheHistoryIsTooStaleAndNeverTooGood) {
  std::vector<ArenaMark> levels;
  std::vector<ArenaMark> ended;
  for (std::size_t depth = 0; depth < 2 * kArenaBranchesMax; ++depth) {
    levels.push_back(arena_.mark());
    block();
    ended.push_back(arena_.mark());
    ASSERT_TRUE(arena_.rewind(levels.back()));
    block();
    arena_.check_invariants();
  }
  for (const ArenaMark& mark : ended) expect_stale(mark);
  EXPECT_TRUE(arena_.rewind(levels.back()));
  for (std::size_t depth = kArenaBranchesMax - 1; depth-- > 0;) {
    EXPECT_TRUE(arena_.rewind(levels[depth])) << depth;
  }
  for (const ArenaMark& mark : ended) expect_stale(mark);
}

// Against a stack of the marks that hold.
TEST(ArenaMarkHistoryModel, NoStaleMarkIsEverTakenForOneThatHolds) {
  for (unsigned seed = 1; seed <= 200; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    ArenaMarkHistory history;
    std::vector<std::uint64_t> holding;
    std::uint64_t last = 0;
    std::size_t too_stale = 0;
    for (int step = 0; step < 400; ++step) {
      if (holding.empty() || random() % 3 != 0) {
        last = history.next_serial();
        history.begin_mark();
        holding.push_back(last);
      } else {
        const std::size_t index = random() % 4 == 0
                                      ? random() % holding.size()
                                      : holding.size() - 1 - random() % 2 % holding.size();
        if (history.holds(holding[index])) {
          history.end_from(holding[index] + 1);
          holding.resize(index + 1);
        }
      }
      history.check_invariants();
      std::size_t next = 0;
      for (std::uint64_t serial = 1; serial <= last; ++serial) {
        const bool is_holding = next < holding.size() && holding[next] == serial;
        if (is_holding) ++next;
        if (!is_holding) {
          ASSERT_FALSE(history.holds(serial)) << serial;
        } else if (!history.holds(serial)) {
          ++too_stale;
        }
      }
      ASSERT_TRUE(history.holds(holding.back()));
    }
    ASSERT_FALSE(history.holds(last + 1));
    if (seed == 1) RecordProperty("too_stale", static_cast<int>(too_stale));
  }
}

// Levels that each went back behind a later mark, and are followed by another.
std::size_t levels_that_hold(std::size_t level_count) {
  ArenaMarkHistory history;
  std::vector<std::uint64_t> levels;
  for (std::size_t level = 0; level < level_count; ++level) {
    levels.push_back(history.next_serial());
    history.begin_mark();
    const std::uint64_t ended = history.next_serial();
    history.begin_mark();
    history.end_from(ended);
    history.check_invariants();
  }
  return static_cast<std::size_t>(
      std::ranges::count_if(levels, [&](std::uint64_t serial) { return history.holds(serial); }));
}

TEST(ArenaMarkHistory, TellsAsManyLevelsApartAsItHasBranches) {
  EXPECT_EQ(levels_that_hold(kArenaBranchesMax - 1), kArenaBranchesMax - 1);
  EXPECT_EQ(levels_that_hold(kArenaBranchesMax), kArenaBranchesMax);
  EXPECT_EQ(levels_that_hold(kArenaBranchesMax + 1), kArenaBranchesMax) << "one level is too stale";
}

}  // namespace
}  // namespace redzone
