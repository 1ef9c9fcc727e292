// Objects with destructors: each runs once, the latest first, and the arena is not to be used
// meanwhile.

#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "redzone/arena/allocator.hpp"
#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/arena/scope.hpp"
#include "tests/arena/test_limits.hpp"

namespace redzone {
namespace {

class AtEnd {
 public:
  explicit AtEnd(std::function<void()> action) : action_(std::move(action)) {}
  AtEnd(const AtEnd&) = delete;
  AtEnd& operator=(const AtEnd&) = delete;
  ~AtEnd() { action_(); }

 private:
  std::function<void()> action_;
};

class ArenaDestructors : public testing::Test {
 public:
  void make(int number) {
    ASSERT_TRUE(arena_.make_with_destructor<AtEnd>([this, number] { ended_.push_back(number); }));
  }

 protected:
  MemoryBudget budget_{kLimits};
  std::vector<int> ended_;
  Arena arena_{budget_, {.chunk_bytes = 512}};
};

TEST_F(ArenaDestructors, RunOnceAtResetTheLatestFirst) {
  for (const int number : {1, 2, 3}) make(number);
  EXPECT_TRUE(ended_.empty());
  ASSERT_TRUE(arena_.reset());
  EXPECT_EQ(ended_, (std::vector{3, 2, 1}));
  ASSERT_TRUE(arena_.reset());
  ASSERT_TRUE(arena_.release());
  EXPECT_EQ(ended_.size(), 3U);
}

TEST_F(ArenaDestructors, RunAtRewindAndAtTheEndOfAScopeForWhatGoes) {
  make(1);
  const ArenaMark mark = arena_.mark();
  make(2);
  {
    const ArenaScope scope(arena_);
    make(3);
    for (int number = 0; number < 100; ++number) ASSERT_TRUE(arena_.try_allocate(64, 8));
    make(4);
  }
  EXPECT_EQ(ended_, (std::vector{4, 3}));
  ASSERT_TRUE(arena_.rewind(mark));
  EXPECT_EQ(ended_, (std::vector{4, 3, 2}));
  arena_.check_invariants();
}

TEST_F(ArenaDestructors, RunAtTheEndOfTheArenaAndAtRelease) {
  {
    Arena arena(budget_);
    ASSERT_TRUE(arena.make_with_destructor<AtEnd>([this] { ended_.push_back(7); }));
  }
  EXPECT_EQ(ended_, (std::vector{7}));
  make(8);
  ASSERT_TRUE(arena_.release());
  EXPECT_EQ(ended_, (std::vector{7, 8}));
}

TEST_F(ArenaDestructors, MoveWithTheArena) {
  make(1);
  Arena other(std::move(arena_));
  EXPECT_TRUE(ended_.empty());
  ASSERT_TRUE(other.reset());
  EXPECT_EQ(ended_, (std::vector{1}));
}

// oxidizer's was reset again by what it destroyed.
TEST_F(ArenaDestructors, FindTheArenaBusy) {
  std::vector<ErrorCode> codes;
  void* last = nullptr;
  ASSERT_TRUE(arena_.make_with_destructor<AtEnd>([&] {
    codes.push_back(arena_.try_allocate(8, 8).error().code);
    codes.push_back(arena_.make<int>(1).error().code);
    codes.push_back(arena_.reset().error().code);
    codes.push_back(arena_.release().error().code);
    codes.push_back(arena_.rewind(arena_.mark()).error().code);
    EXPECT_EQ(arena_.allocate(8, 8), nullptr);
    EXPECT_FALSE(arena_.shrink_last(last, 64, 0));
    EXPECT_FALSE(arena_.grow_last(last, 64, 72));
    EXPECT_EQ(arena_.trim(0), 0U);
    EXPECT_TRUE(arena_.owns(last));
    const ArenaScope scope(arena_);
  }));
  last = *arena_.try_allocate(64, 8);
  ASSERT_TRUE(arena_.reset());
  EXPECT_EQ(codes, std::vector(5, error_code(ArenaCode::busy)));
  EXPECT_TRUE(arena_.try_allocate(8, 8));
  arena_.check_invariants();
}

// A container in the arena gives back what goes anyway.
TEST_F(ArenaDestructors, OfContainersInTheArenaDoNoHarm) {
  using Numbers = std::vector<int, ArenaAllocator<int>>;
  const Result<Numbers*> numbers =
      arena_.make_with_destructor<Numbers>(ArenaAllocator<int>(arena_));
  ASSERT_TRUE(numbers);
  for (int number = 0; number < 1000; ++number) (*numbers)->push_back(number);
  ASSERT_TRUE(arena_.reset());
  EXPECT_EQ(arena_.stats().used_bytes, 0U);
  arena_.check_invariants();
}

TEST_F(ArenaDestructors, AnObjectMadeByAConstructorGoesAfterIt) {
  struct Outer {
    Outer(ArenaDestructors& test, std::vector<int>& ended) : trace(ended) { test.make(1); }
    Outer(const Outer&) = delete;
    Outer& operator=(const Outer&) = delete;
    ~Outer() { trace.push_back(2); }
    std::vector<int>& trace;
  };
  ASSERT_TRUE(arena_.make_with_destructor<Outer>(*this, ended_));
  ASSERT_TRUE(arena_.reset());
  EXPECT_EQ(ended_, (std::vector{2, 1})) << "what it may use is there until it ended";
}

TEST_F(ArenaDestructors, WhatAConstructorThrowsGoesThroughAndNothingIsDestroyed) {
  struct Throws {
    explicit Throws(std::vector<int>& ended) : trace(ended) {
      throw std::runtime_error("no object");
    }
    Throws(const Throws&) = delete;
    Throws& operator=(const Throws&) = delete;
    ~Throws() { trace.push_back(1); }
    std::vector<int>& trace;
  };
  EXPECT_THROW((void)arena_.make_with_destructor<Throws>(ended_), std::runtime_error);
  ASSERT_TRUE(arena_.reset());
  EXPECT_TRUE(ended_.empty());
}

// The record of the destructor is part of the block: either both are there or nothing is.
TEST_F(ArenaDestructors, AnObjectThatDoesNotFitLeavesNothingBehind) {
  struct Large {
    ~Large() {}  // NOLINT(modernize-use-equals-default): not trivial is what matters
    std::byte bytes[1000];
  };
  alignas(64) std::byte buffer[1024];
  FixedArena arena{std::span(buffer).first(1000 + 16)};
  EXPECT_FALSE(arena.make_with_destructor<Large>());
  EXPECT_EQ(arena.stats().used_bytes, 0U);
  FixedArena fits{std::span(buffer).first(1000 + 24)};
  EXPECT_TRUE(fits.make_with_destructor<Large>());
  EXPECT_EQ(fits.stats().used_bytes, 1024U);
}

TEST_F(ArenaDestructors, ObjectsOfLargeAlignmentHaveIt) {
  struct alignas(128) Aligned {
    explicit Aligned(int value) : number(value) {}
    ~Aligned() { number = 0; }
    int number;
  };
  for (int round = 0; round < 10; ++round) {
    const Result<Aligned*> object = arena_.make_with_destructor<Aligned>(round);
    ASSERT_TRUE(object);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(*object) % 128, 0U);
    EXPECT_EQ((*object)->number, round);
    EXPECT_TRUE(arena_.make<char>('x'));
  }
  EXPECT_TRUE(arena_.reset());
}

TEST_F(ArenaDestructors, AnObjectThatHasOneIsNeitherResizedNorTakenBackAlone) {
  const auto object = arena_.make_with_destructor<AtEnd>([this] { ended_.push_back(1); });
  ASSERT_TRUE(object);
  EXPECT_FALSE(arena_.shrink_last(*object, sizeof(AtEnd), 0));
  EXPECT_FALSE(arena_.shrink_last(*object, sizeof(AtEnd), 8));
  EXPECT_FALSE(arena_.grow_last(*object, sizeof(AtEnd), sizeof(AtEnd) + 8));
  const Result<void*> block = arena_.try_allocate(8, 8);
  ASSERT_TRUE(block);
  EXPECT_NE(*block, static_cast<void*>(*object));
  EXPECT_TRUE(arena_.shrink_last(*block, 8, 0));
  ASSERT_TRUE(arena_.reset());
  EXPECT_EQ(ended_, (std::vector{1}));
}

}  // namespace
}  // namespace redzone
