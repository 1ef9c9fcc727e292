// What GoogleTest keeps of assertions within a torture is no leak of the code under test.

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <string>

#include "redzone/heap/figures.hpp"
#include "redzone/heap/harmless.hpp"
#include "redzone/testing/oom.hpp"
#include "testing/frame_names.hpp"
#include "tests/testing/judgement_text.hpp"
#include "tests/testing/planted.hpp"

namespace redzone::testing {
namespace {

using namespace planted;

template <class Body>
Judgement judge_here(const Torture& torture, Body body) {
  return oom_safe(torture, detail::site_of("torture_expectations_test.cpp", 41), body);
}

const char* const kLongText = "a text that does not fit into the object of a string";

TEST(TortureExpectations, ASuccessIsNoLeak) {
  // The array of all parts grows in some runs and not in others.
  for (int i = 0; i < 3; ++i) {
    const Judgement judgement = judge_here(Torture(), [] {
      SUCCEED() << kLongText;
      return report_failure();
    });
    EXPECT_TRUE(judgement) << judgement.message();
  }
}

TEST(TortureExpectations, ALeakBesideASuccessIsFound) {
  if (heap::capability(heap::Quantity::stacks).exactness == heap::Exactness::unknown) {
    GTEST_SKIP() << "what is live in this build has what GoogleTest keeps in it";
  }
  LostAndFound lost;
  const Judgement judgement = judge_here(Torture(), [&] {
    SUCCEED() << kLongText;
    return leak_on_failure(lost);
  });
  EXPECT_TRUE(has(judgement, "leaked: 37 bytes in 1 block")) << judgement.message();
}

TEST(TortureExpectations, OneThatFailsWhileThereIsMemoryIsPassedOn) {
  ::testing::TestPartResultArray parts;
  {
    const ::testing::ScopedFakeTestPartResultReporter reporter(
        ::testing::ScopedFakeTestPartResultReporter::INTERCEPT_ONLY_CURRENT_THREAD, &parts);
    static_cast<void>(judge_here(Torture(), [] {
      const bool has_memory = report_failure();
      EXPECT_TRUE(has_memory) << kLongText;
      return has_memory;
    }));
  }
  // Twice where the first failure of a program leaves a block of GoogleTest, and is repeated.
  ASSERT_GE(parts.size(), 1);
  for (int i = 0; i < parts.size(); ++i) {
    EXPECT_NE(std::string(parts.GetTestPartResult(i).message()).find(kLongText), std::string::npos);
  }
}

// What docs/testing.md says: without memory for its text it ends the block with std::bad_alloc.
TEST(TortureExpectations, OneThatFailsInForEverRunsOnlyIsReadAsAReport) {
  const Judgement judgement = judge_here(Torture(), [] {
    const heap::HarmlessFailure harmless;
    bool has_memory = report_failure();
    if (!has_memory) has_memory = report_failure();
    EXPECT_TRUE(has_memory) << kLongText;
    return true;
  });
  EXPECT_TRUE(judgement) << judgement.message();
}

TEST(NestedTorture, SaysWhichOneItIsIn) {
  const auto inner = [] { return judge_here(Torture(), [] { return report_failure(); }); };
  EXPECT_TRUE(inner());
  Judgement nested;
  static_cast<void>(judge_here(Torture(), [&] {
    nested = inner();
    return false;
  }));
  EXPECT_TRUE(has(nested,
                  "nothing injected: tortures do not nest, and this EXPECT_OOM_SAFE is reached "
                  "while the EXPECT_OOM_SAFE at torture_expectations_test.cpp:41 runs its block"))
      << nested.message();
  EXPECT_TRUE(inner()) << "the next one is alone again";
}

TEST(TortureExpectations, FramesOfGoogleTestAreTold) {
  EXPECT_TRUE(is_framework("testing::Message::Message()"));
  EXPECT_TRUE(is_framework("testing::Message& testing::Message::operator<< <char [3]>(char)"));
  EXPECT_FALSE(is_framework("redzone::testing::run_block(int)"));
  EXPECT_FALSE(is_framework("(anonymous namespace)::take(testing::Test*)"));
}

}  // namespace
}  // namespace redzone::testing
