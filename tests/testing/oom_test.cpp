#include "redzone/testing/oom.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "redzone/heap/fault_plan.hpp"
#include "tests/testing/judgement_text.hpp"
#include "tests/testing/planted.hpp"

namespace redzone::testing {
namespace {

using namespace planted;

bool knows_leaks() {
  return heap::capability(heap::Quantity::live_bytes).exactness != heap::Exactness::unknown;
}

template <class Body>
Judgement judge(const Torture& torture, Body body) {
  return oom_safe(torture, detail::site_of("oom_test.cpp", 41), body);
}

TEST(OomSafe, ALeakOnFailureIsLeaked) {
  if (!knows_leaks()) GTEST_SKIP() << "live bytes are unknown in this build";
  LostAndFound lost;
  const Judgement judgement = judge(Torture(), [&] { return leak_on_failure(lost); });
  EXPECT_TRUE(has(judgement, "leaked: 37 bytes")) << judgement.message();
  EXPECT_TRUE(has(judgement, "after allocation 2 of 2 (61 bytes) failed once"))
      << judgement.message();
}

TEST(OomSafe, ALeakNamesWhereTheBlockIsFrom) {
  if (heap::capability(heap::Quantity::stacks).exactness == heap::Exactness::unknown) {
    GTEST_SKIP() << "stacks are unknown in this build";
  }
  LostAndFound lost;
  const Judgement judgement = judge(Torture(), [&] { return leak_on_failure(lost); });
  EXPECT_TRUE(has(judgement, "leak_on_failure(")) << judgement.message();
  EXPECT_TRUE(has(judgement, "planted.hpp:")) << judgement.message();
}

TEST(OomSafe, CodeThatFreesOnFailureIsSafe) {
  EXPECT_OOM_SAFE({ return free_on_failure(); });
}

TEST(OomSafe, ALeakThatMayStayIsSafe) {
  LostAndFound lost;
  EXPECT_OOM_SAFE_WITH(Torture().may_keep_blocks(), { return leak_on_failure(lost); });
}

TEST(OomSafe, AClaimOfSuccessIsSwallowed) {
  const Judgement judgement = judge(Torture(), [] { return swallow_failure(); });
  EXPECT_TRUE(has(judgement,
                  "swallowed: the block claims success although allocation 1 of 1 (29 bytes) "
                  "failed once"))
      << judgement.message();
  EXPECT_OOM_SAFE({ return report_failure(); });
}

TEST(OomSafe, ABlockThatReturnsNothingClaimsSuccess) {
  EXPECT_NONFATAL_FAILURE(EXPECT_OOM_SAFE({ std::free(take(29)); }), "swallowed");
}

TEST(OomSafe, ThrowingBadAllocIsAReport) {
  EXPECT_OOM_SAFE({
    std::vector<int> numbers(100);
    escape(numbers.data());
  });
}

TEST(OomSafe, AHarmlessFailureMayEndInSuccess) {
  EXPECT_OOM_SAFE({ return declare_harmless(); });
}

TEST(OomSafe, BlocksThatDifferFromRunToRunAreNondeterministic) {
  Restless restless;
  const Judgement judgement = judge(Torture(), [&] { return restless.run(); });
  EXPECT_TRUE(has(judgement,
                  "nondeterministic: two runs of the block in which nothing failed "
                  "differ: the first made 2 allocations, the second 3"))
      << judgement.message();
}

TEST(OomSafe, SizesThatDifferBeforeTheFailureAreNondeterministic) {
  std::size_t run_count = 0;
  const Judgement judgement = judge(Torture(), [&] {
    ++run_count;
    void* const memory = take(run_count <= 3 ? 8 : 8 + run_count);  // 3: warmed up and counted
    std::free(memory);
    return memory != nullptr;
  });
  EXPECT_TRUE(has(judgement, "nondeterministic: the block took another way than in the runs that"))
      << judgement.message();
}

TEST(OomSafe, NothingInjectedIsAFailure) {
  const Judgement judgement = judge(Torture(), [] { return true; });
  for (unsigned i = 0; i < heap::kReachCount; ++i) {
    if (heap::fault_coverage(static_cast<heap::Reach>(i)).exactness == heap::Exactness::unknown) {
      EXPECT_TRUE(judgement) << "this build misses some, so nothing is proved either way";
      return;
    }
  }
  EXPECT_TRUE(has(judgement, "nothing injected: ")) << judgement.message();
}

TEST(OomSafe, TheMessageSaysHowToRunOneInjectionAgain) {
  const Judgement judgement = judge(Torture(), [] { return swallow_failure(); });
  EXPECT_TRUE(has(judgement,
                  "REDZONE_TORTURE_ONLY='OomSafe.TheMessageSaysHowToRunOneInjectionAgain"
                  ":41:1:once' /"))
      << judgement.message();
  EXPECT_TRUE(has(judgement, "--gtest_filter='OomSafe.TheMessageSaysHowToRunOneInjectionAgain'"))
      << judgement.message();
}

TEST(OomSafe, TheSameMistakeIsToldOnce) {
  const Judgement judgement = judge(Torture(), [] {
    for (int i = 0; i < hidden(10); ++i) swallow_failure();
    return true;
  });
  EXPECT_TRUE(has(judgement, "and 19 more of these, ")) << judgement.message();
}

TEST(OomSafe, MoreRunsThanTheLimitAreNotMade) {
  const auto four_allocations = [] {
    for (int i = 0; i < 4; ++i) {
      if (!report_failure()) return false;
    }
    return true;
  };
  EXPECT_TRUE(judge(Torture().runs_max(9), four_allocations));
  EXPECT_TRUE(judge(Torture().runs_max(8), four_allocations));
  const Judgement above = judge(Torture().runs_max(7), four_allocations);
  EXPECT_TRUE(has(above, "too many runs: the block needs 8 runs")) << above.message();
}

TEST(OomSafe, EachRunIsCounted) {
  // One to warm up, two to count, and two for the one allocation.
  EXPECT_EQ(judge(Torture(), [] { return report_failure(); }).run_count(), 5U);
}

TEST(OomSafe, OncePerStackRunsLess) {
  const auto loop = [] {
    for (int i = 0; i < hidden(20); ++i) {
      if (!report_failure()) return false;
    }
    return true;
  };
  EXPECT_EQ(judge(Torture(), loop).run_count(), 43U);
  EXPECT_LE(judge(Torture().once_per_stack(), loop).run_count(), 3U + 4U);
}

TEST(OomSafe, ASampleIsDrawnByItsSeed) {
  const auto loop = [] {
    for (int i = 0; i < 64; ++i) {
      if (!report_failure()) return false;
    }
    return true;
  };
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    std::uint64_t drawn_count = 0;
    for (std::uint64_t number = 1; number <= 64; ++number) {
      if (heap::is_sampled(number, seed, 8)) ++drawn_count;
    }
    EXPECT_GT(drawn_count, 0U);
    EXPECT_LT(drawn_count, 32U);
    EXPECT_EQ(judge(Torture().sampled(8, seed), loop).run_count(), 3U + 2U * drawn_count);
  }
}

TEST(OomSafe, OnlyLargeRequestsFailWhenAsked) {
  const auto two = [] {
    swallow_failure();
    return free_on_failure();
  };
  EXPECT_TRUE(has(judge(Torture(), two), "swallowed"));
  EXPECT_TRUE(judge(Torture().at_least(30), two));
}

TEST(OomSafe, AFailureThatEmptiesACacheIsDeterministic) {
  std::unique_ptr<int> cache;
  const auto look_up = [&] {
    if (cache == nullptr) cache.reset(new (std::nothrow) int(7));
    const bool is_found = report_failure();
    if (!is_found) cache.reset();
    return is_found && cache != nullptr;
  };
  const Judgement judgement = judge(Torture().may_keep_blocks(), look_up);
  EXPECT_TRUE(judgement) << judgement.message();
}

TEST(OomSafe, APlantedLeakIsFoundWhereverItIs) {
  if (!knows_leaks()) GTEST_SKIP() << "live bytes are unknown in this build";
  constexpr int kAllocations = 9;
  for (int planted_at = 2; planted_at <= kAllocations; ++planted_at) {
    LostAndFound lost;
    const Judgement judgement = judge(Torture(), [&] {
      void* previous = nullptr;
      for (int number = 1; number <= kAllocations; ++number) {
        void* const memory = take(static_cast<std::size_t>(number) * 8);
        if (memory == nullptr && number == planted_at) {
          lost.lose(previous);
          return false;
        }
        std::free(previous);
        previous = memory;
        if (memory == nullptr) return false;
      }
      std::free(previous);
      return true;
    });
    const std::string expected = "after allocation " + std::to_string(planted_at) + " of 9 (";
    EXPECT_TRUE(has(judgement, "leaked: ")) << judgement.message();
    EXPECT_TRUE(has(judgement, expected.c_str())) << judgement.message();
    EXPECT_TRUE(has(judgement, "and 1 more of these")) << judgement.message();
  }
}

TEST(OomSafe, AssertTwinEndsTheTest) {
  EXPECT_FATAL_FAILURE(ASSERT_OOM_SAFE({ return swallow_failure(); }), "swallowed");
}

TEST(OomSafe, WhatIsStreamedIsAppended) {
  EXPECT_NONFATAL_FAILURE(EXPECT_OOM_SAFE({ return swallow_failure(); }) << "row " << 7, "row 7");
}

}  // namespace
}  // namespace redzone::testing
