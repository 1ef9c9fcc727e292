#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "redzone/heap/figures.hpp"
#include "redzone/testing/oom.hpp"
#include "tests/testing/judgement_text.hpp"
#include "tests/testing/planted.hpp"

namespace redzone::testing {
namespace {

using namespace planted;

template <class Body>
Judgement judge_in_child(Body body) {
  return oom_safe(Torture().in_child().child_seconds_max(30),
                  detail::site_of("oom_child_test.cpp", 41), body);
}

TEST(OomInChild, ANullThatIsWrittenThroughIsACrash) {
  const Judgement judgement = judge_in_child([] { return write_through_null(); });
  EXPECT_TRUE(has(judgement, "crashed: the child ")) << judgement.message();
  EXPECT_TRUE(has(judgement, " after allocation 1 of 1 (37 bytes) failed once"))
      << judgement.message();
  EXPECT_TRUE(has(judgement, "the allocation that failed:")) << judgement.message();
  EXPECT_TRUE(has(judgement, "write_through_null(")) << judgement.message();
}

#if defined(__x86_64__)
// Its first instruction faults: what lies before it is another function.
[[gnu::naked, gnu::noinline]] void die_at_once() { __asm__("ud2"); }

TEST(OomInChild, ACrashNamesTheInstructionThatFaulted) {
  const Judgement judgement = judge_in_child([] {
    if (!report_failure()) die_at_once();
    return true;
  });
  EXPECT_TRUE(has(judgement, "crashed: the child ")) << judgement.message();
  // The run-time of a sanitizer handles the signal itself, and prints.
  if (!has(judgement, "\nthe crash:")) GTEST_SKIP() << judgement.message();
  EXPECT_TRUE(has(judgement, "\nthe crash:\n  at redzone::testing::(anonymous namespace)::die_at_"))
      << judgement.message();
}
#endif

TEST(OomInChild, TheLoopGoesOnAfterACrash) {
  const Judgement judgement = judge_in_child([] {
    write_through_null();
    return swallow_failure();
  });
  EXPECT_TRUE(has(judgement, "crashed: ")) << judgement.message();
  EXPECT_TRUE(has(judgement, "swallowed: ")) << judgement.message();
}

TEST(OomInChild, CodeThatLooksAtItsPointersIsSafe) {
  const Judgement judgement = judge_in_child([] { return write_if_there(); });
  EXPECT_TRUE(judgement) << judgement.message();
}

TEST(OomInChild, AnAbortIsACrash) {
  const Judgement judgement = judge_in_child([] {
    if (!report_failure()) std::abort();
    return true;
  });
  EXPECT_TRUE(has(judgement, "crashed: ")) << judgement.message();
  EXPECT_TRUE(has(judgement, "signal 6")) << judgement.message();
}

TEST(OomInChild, WhatAChildSaysIsInTheMessage) {
  const Judgement judgement = judge_in_child([] {
    if (report_failure()) return true;
    const char text[] = "out of cheese\n";
    const ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    _exit(written > 0 ? 7 : 8);
  });
  EXPECT_TRUE(has(judgement, "crashed: the child exited with status 7 before the block had ended"))
      << judgement.message();
  EXPECT_TRUE(has(judgement, "  out of cheese")) << judgement.message();
}

TEST(OomInChild, AChildThatWaitsForEverIsKilled) {
  const Judgement judgement = oom_safe(Torture().in_child().child_seconds_max(1),
                                       detail::site_of("oom_child_test.cpp", 41), [] {
                                         if (report_failure()) return true;
                                         for (;;) pause();
                                       });
  EXPECT_TRUE(has(judgement, "crashed: the child did not end in time")) << judgement.message();
}

TEST(OomInChild, CodeThatTriesAgainForEverIsEndless) {
  const Judgement judgement =
      oom_safe(Torture().in_child().child_seconds_max(kDelaysSignals ? 3 : 60),
               detail::site_of("oom_child_test.cpp", 41), [] {
                 while (!report_failure()) {
                 }
                 return true;
               });
  EXPECT_TRUE(has(judgement, kDelaysSignals ? "crashed: the child did not end in time"
                                            : "endless: the block made "))
      << judgement.message();
}

TEST(OomInChild, ALeakIsFoundThere) {
  if (heap::capability(heap::Quantity::live_bytes).exactness == heap::Exactness::unknown) {
    GTEST_SKIP() << "live bytes are unknown in this build";
  }
  LostAndFound lost;
  const Judgement judgement = judge_in_child([&] { return leak_on_failure(lost); });
  EXPECT_TRUE(has(judgement, "leaked: 37 bytes")) << judgement.message();
}

}  // namespace
}  // namespace redzone::testing
