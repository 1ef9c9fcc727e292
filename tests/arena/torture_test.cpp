// Every fallible function of arena while memory fails: each takes none, or says that there is none,
// changes nothing then, and leaves nothing behind. And the budget has what the heap counts.

#include <gtest/gtest.h>
#include <malloc.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include "redzone/arena/allocator.hpp"
#include "redzone/arena/arena.h"
#include "redzone/arena/arena.hpp"
#include "redzone/arena/environment.hpp"
#include "redzone/arena/errors.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/arena/resource.hpp"
#include "redzone/arena/scope.hpp"
#include "redzone/arena/thread_arena.hpp"
#include "redzone/heap/scope.hpp"
#include "redzone/testing/all.hpp"
#include "tests/support/arena_bytes.hpp"
#include "tests/support/arena_upstream.hpp"
#include "tests/support/fallible_functions.hpp"

namespace redzone {
namespace {

using tests::Mismatch;
using tests::RecordingUpstream;
using tests::UpstreamZeros;

class ArenaTorture : public ::testing::Test {
 protected:
  // What malloc gives is overwritten: zeros that nobody wrote would be there by chance.
  void SetUp() override {
    ::mallopt(M_PERTURB, 0x5a);
    if (tests::is_under_valgrind()) {
      GTEST_SKIP() << "an arena keeps a list of its blocks for Valgrind there, and does without it "
                      "where there is no memory for it: that is no failure to tell";
    }
  }
  void TearDown() override {
    ::mallopt(M_PERTURB, 0);
    EXPECT_EQ(budget_.live_bytes(), 0U);
    EXPECT_EQ(budget_.refusal_count(), 0U);
    budget_.check_invariants();
  }

  // Whether there was memory; an error has to say that upstream had none, and the arena has to be
  // what it was, and usable.
  template <class T>
  [[nodiscard]] static bool judge(const BumpArena& arena, std::uint64_t used_before,
                                  const Result<T>& result) {
    arena.check_invariants();
    if (result) return true;
    EXPECT_EQ(result.error().code, error_code(ArenaCode::upstream_failed))
        << arena_error_name(result.error().code);
    EXPECT_EQ(arena.stats().used_bytes, used_before);
    return false;
  }

  MemoryBudget budget_{{.max_single = 1 * kMiB, .max_total = 4 * kMiB}};
};

TEST_F(ArenaTorture, EveryFallibleFunctionIsTortured) {
  tests::expect_all_tortured(
      "arena", __FILE__,
      {{"bump_arena.hpp: try_allocate", "ArenaTorture.ABlockIsThereOrAnError"},
       {"bump_arena.hpp: allocate_zeroed", "ArenaTorture.ZerosAreThereOrAnError"},
       {"bump_arena.hpp: make", "ArenaTorture.AnObjectIsThereOrAnError"},
       {"bump_arena.hpp: make_with_destructor", "ArenaTorture.WhatWasMadeIsDestroyedOnce"},
       {"bump_arena.hpp: make_array", "ArenaTorture.AnArrayIsThereOrAnError"},
       {"bump_arena.hpp: make_array_for_overwrite", "ArenaTorture.AnArrayIsThereOrAnError"},
       {"bump_arena.hpp: rewind", "ArenaTorture.NothingButAChunkTakesMemory"},
       {"bump_arena.hpp: reset", "ArenaTorture.NothingButAChunkTakesMemory"},
       {"bump_arena.hpp: release", "ArenaTorture.NothingButAChunkTakesMemory"},
       {"options.hpp: check_arena_options", "ArenaTorture.NothingButAChunkTakesMemory"},
       {"environment.hpp: set_arena_defaults", "ArenaTorture.DefaultsTakeNoMemory"},
       {"thread_arena.hpp: enter", "ArenaTorture.AThreadsBlockIsThereOrAnError"},
       {"thread_arena.hpp: thread_arena_shutdown", "ArenaTorture.AThreadsBlockIsThereOrAnError"}});
}

// A first chunk, a second one, and a block of its own.
TEST_F(ArenaTorture, ABlockIsThereOrAnError) {
  EXPECT_OOM_SAFE({
    Arena arena(budget_);
    for (const std::size_t size_bytes : {100U, 3900U, 50U, 900'000U, 10U}) {
      const std::uint64_t used = arena.stats().used_bytes;
      if (!judge(arena, used, arena.try_allocate(size_bytes, 16))) return false;
    }
    return true;
  });
}

TEST_F(ArenaTorture, AnArenaGoesOnAfterAFailure) {
  EXPECT_OOM_SAFE({
    Arena arena(budget_, {.chunk_bytes = 1024, .chunk_bytes_max = 4096});
    std::vector<void*> blocks(40);
    bool is_whole = true;
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const Result<void*> block = arena.try_allocate(200, 8);
      is_whole = judge(arena, arena.stats().used_bytes, block) && is_whole;
      blocks[i] = block.value_or(nullptr);
      if (block) std::memset(*block, static_cast<int>(i + 1), 200);
    }
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const auto* const bytes = static_cast<const unsigned char*>(blocks[i]);
      for (std::size_t k = 0; bytes != nullptr && k < 200; k += 199) EXPECT_EQ(bytes[k], i + 1);
    }
    return is_whole;
  });
}

TEST_F(ArenaTorture, NullHasItsError) {
  for (const ArenaOverflow overflow : {ArenaOverflow::grow, ArenaOverflow::heap}) {
    EXPECT_OOM_SAFE({
      Arena arena(budget_, {.chunk_bytes = 512, .overflow = overflow});
      for (int i = 0; i < 6; ++i) {
        if (arena.allocate(200, 64) != nullptr) continue;
        EXPECT_EQ(arena.last_error().code, error_code(ArenaCode::upstream_failed));
        return false;
      }
      return true;
    });
  }
}

TEST_F(ArenaTorture, ZerosAreThereOrAnError) {
  EXPECT_OOM_SAFE({
    Arena arena(budget_, {.chunk_bytes = 512});
    for (const std::size_t size_bytes : {100U, 300U, 5000U}) {
      const Result<void*> block = arena.allocate_zeroed(size_bytes, 8);
      if (!judge(arena, arena.stats().used_bytes, block)) return false;
      const auto* const bytes = static_cast<const unsigned char*>(*block);
      for (std::size_t i = 0; i < size_bytes; ++i) EXPECT_EQ(bytes[i], 0);
    }
    return true;
  });
}

TEST_F(ArenaTorture, AnObjectIsThereOrAnError) {
  EXPECT_OOM_SAFE({
    Arena arena(budget_, {.chunk_bytes = 256});
    const auto first = arena.make<std::array<std::uint64_t, 20>>();
    if (!judge(arena, 0, first)) return false;
    const std::uint64_t used = arena.stats().used_bytes;
    return judge(arena, used, arena.make<std::array<std::uint64_t, 20>>());
  });
}

struct Counted {
  explicit Counted(int& its_live) : live(&its_live) { ++*live; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --*live; }
  int* live;
  std::array<char, 150> filling{};
};

TEST_F(ArenaTorture, WhatWasMadeIsDestroyedOnce) {
  EXPECT_OOM_SAFE({
    int live = 0;
    bool is_whole = true;
    {
      Arena arena(budget_, {.chunk_bytes = 256, .chunk_bytes_max = 512});
      for (int i = 0; i < 8; ++i) {
        const int before = live;
        const Result<Counted*> made = arena.make_with_destructor<Counted>(live);
        arena.check_invariants();
        EXPECT_EQ(live, before + (made ? 1 : 0));
        is_whole = is_whole && made;
      }
      EXPECT_TRUE(arena.reset());
      EXPECT_EQ(live, 0);
    }
    return is_whole;
  });
}

TEST_F(ArenaTorture, AnArrayIsThereOrAnError) {
  EXPECT_OOM_SAFE({
    Arena arena(budget_, {.chunk_bytes = 512});
    if (!judge(arena, 0, arena.make_array<std::uint32_t>(1000))) return false;
    const std::uint64_t used = arena.stats().used_bytes;
    return judge(arena, used, arena.make_array_for_overwrite<double>(1000));
  });
}

TEST_F(ArenaTorture, ContainersSayThatThereIsNoMemory) {
  EXPECT_OOM_SAFE({
    Arena arena(budget_, {.chunk_bytes = 512, .chunk_bytes_max = 2048});
    std::vector<int, ArenaAllocator<int>> numbers{ArenaAllocator<int>(arena)};
    for (int i = 0; i < 500; ++i) numbers.push_back(i);
    ArenaResource resource(arena);
    std::pmr::list<std::pmr::string> names(&resource);
    for (int i = 0; i < 40; ++i) names.emplace_back(30, 'n');
    EXPECT_EQ(numbers[499], 499);
    EXPECT_EQ(names.back().size(), 30U);
    arena.check_invariants();
  });
}

TEST_F(ArenaTorture, NothingButAChunkTakesMemory) {
  Arena arena(budget_, {.chunk_bytes = 4096});
  ASSERT_TRUE(arena.try_allocate(8, 8));
  EXPECT_NO_ALLOCATION({
    EXPECT_TRUE(check_arena_options({}));
    EXPECT_FALSE(check_arena_options({.chunk_bytes = 1}));
    const ArenaMark mark = arena.mark();
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(arena.try_allocate(50, 32));
    EXPECT_FALSE(arena.try_allocate(SIZE_MAX, 8));
    EXPECT_FALSE(arena.try_allocate(8, 3));
    EXPECT_TRUE(arena.rewind(mark));
    {
      const ArenaScope scope(arena);
      EXPECT_NE(arena.allocate(100, 8), nullptr);
      EXPECT_FALSE(arena.reset());
    }
    EXPECT_TRUE(arena.reset());
    arena.seal();
    arena.unseal();
    EXPECT_FALSE(arena.owns(&arena));
    EXPECT_EQ(arena.stats().held_bytes, 4096U);
    EXPECT_GE(arena_totals().arena_count, 1U);
    EXPECT_EQ(arena.trim(0), 4096U);
    EXPECT_TRUE(arena.release());
    arena.close();
    EXPECT_FALSE(arena.try_allocate(8, 8));
  });
}

TEST_F(ArenaTorture, ABufferTakesNoMemory) {
  alignas(64) std::array<std::byte, 1024> buffer{};
  EXPECT_NO_ALLOCATION({
    FixedArena arena(buffer);
    int count = 0;
    while (arena.try_allocate(24, 8)) ++count;
    EXPECT_EQ(count, 42);
    int live = 0;
    EXPECT_TRUE(arena.reset());
    EXPECT_TRUE(arena.make_with_destructor<Counted>(live));
    FixedArena moved(std::move(arena));
    EXPECT_TRUE(moved.make_array<int>(10));
    EXPECT_EQ(live, 1);
  });
}

TEST_F(ArenaTorture, AThreadsBlockIsThereOrAnError) {
  EXPECT_OOM_SAFE({
    bool is_whole = false;
    {
      const Result<ThreadArenaScope> scope = ThreadArenaScope::enter("torture");
      if (scope) {
        EXPECT_FALSE(ThreadArenaScope::enter("torture"));
        const Result<void*> first = thread_arena().try_allocate(100, 8);
        const Result<void*> second = thread_arena().try_allocate(100'000, 8);
        is_whole = first && second;
      }
    }
    EXPECT_TRUE(thread_arena_shutdown());
    return is_whole;
  });
}

TEST_F(ArenaTorture, AnArenaOfCIsThereOrACode) {
  EXPECT_OOM_SAFE({
    redzone_arena* arena = nullptr;
    const redzone_arena_code made = redzone_arena_create(nullptr, &arena);
    if (made != REDZONE_ARENA_OK) {
      EXPECT_EQ(arena, nullptr);
      return false;
    }
    bool is_whole = redzone_arena_alloc(arena, 100) != nullptr;
    is_whole = redzone_arena_alloc_aligned(arena, 5000, 64) != nullptr && is_whole;
    is_whole = redzone_arena_alloc_zeroed(arena, 100'000, 8) != nullptr && is_whole;
    EXPECT_EQ(redzone_arena_reset(arena), REDZONE_ARENA_OK);
    EXPECT_EQ(redzone_arena_destroy(arena), REDZONE_ARENA_OK);
    return is_whole;
  });
}

TEST_F(ArenaTorture, DefaultsTakeNoMemory) {
  EXPECT_NO_ALLOCATION({
    EXPECT_FALSE(set_arena_defaults({.bytes_max = 1}));
    EXPECT_GT(arena_defaults().bytes_max, 1U);
    EXPECT_FALSE(set_arena_defaults({}));
  });
}

class ArenaUpstreamTorture : public ArenaTorture {
 protected:
  void SetUp() override {}  // under Valgrind too
};

// The calls of upstream fail one after the other: each once, then from it on for ever. What a
// program makes of it is the error, and nothing of what it had is lost.
TEST_F(ArenaUpstreamTorture, EveryCallMayFail) {
  std::uint64_t call_count = 1;
  for (std::uint64_t nth = 0; nth <= call_count; ++nth) {
    for (const std::uint64_t failures : {1U, 1000U}) {
      Mismatch mismatch;
      RecordingUpstream upstream(mismatch, ArenaZero::on_reset,
                                 static_cast<UpstreamZeros>(nth % 3));
      std::uint64_t failed_count = 0;
      {
        Arena arena(budget_, {.chunk_bytes = 512, .chunk_bytes_max = 2048, .upstream = &upstream});
        for (std::size_t i = 0; i < 60; ++i) {
          if (upstream.call_count() == nth) upstream.fail_next(failures);
          const Result<void*> block = arena.try_allocate(1 + i * 37 % 700, 8);
          if (!block) {
            ++failed_count;
            EXPECT_EQ(block.error().code, error_code(ArenaCode::upstream_failed));
            EXPECT_EQ(block.error().value, upstream.last_asked_bytes());
          }
          EXPECT_EQ(budget_.live_bytes(), upstream.live_bytes());
          arena.check_invariants();
          if (i == 40) {
            EXPECT_TRUE(arena.reset());
          }
        }
        EXPECT_EQ(arena.stats().failure_count, failed_count);
      }
      EXPECT_EQ(mismatch.text(), "");
      EXPECT_EQ(upstream.live_bytes(), 0U);
      // The last round fails nothing: it says how many calls there are.
      EXPECT_EQ(failed_count > 0, nth < upstream.call_count()) << nth;
      if (failures == 1) call_count = upstream.call_count();
    }
  }
  EXPECT_GT(call_count, 5U);
}

// A lease is taken before its memory and given back after it: at each moment both have the same. A
// figure that this build does not know is not held.
TEST_F(ArenaTorture, TheBudgetAgreesWithTheHeap) {
  const heap::Scope scope;
  {
    Arena arena(budget_, {.retained_bytes_max = 20'000});
    for (int round = 0; round < 3; ++round) {
      for (const std::size_t size_bytes : {100U, 5000U, 61U, 70'000U, 300U, 20'000U}) {
        ASSERT_TRUE(arena.try_allocate(size_bytes, 8));
      }
      const heap::Figures figures = scope.figures();
      EXPECT_EQ(figures.live_bytes.value_or(budget_.live_bytes()), budget_.live_bytes());
      EXPECT_EQ(arena.stats().held_bytes, budget_.live_bytes());
      ASSERT_TRUE(arena.reset());
      EXPECT_EQ(scope.figures().live_bytes.value_or(budget_.live_bytes()), budget_.live_bytes());
      EXPECT_LE(budget_.live_bytes(), 20'000U);
    }
  }
  const heap::Figures figures = scope.figures();
  EXPECT_EQ(figures.peak_bytes.value_or(budget_.peak_bytes()), budget_.peak_bytes());
  EXPECT_EQ(figures.largest_bytes.value_or(budget_.largest_allocation_bytes()),
            budget_.largest_allocation_bytes());
  EXPECT_EQ(figures.live_bytes.value_or(0), 0U);
}

}  // namespace
}  // namespace redzone
