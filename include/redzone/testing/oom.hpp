#pragma once
// Proves that a block of code stands a failing allocation: runs it again and again, and in each run
// another allocation fails, once, then from it on for ever. See torture.hpp for what a block
// claims, how a torture is set up, and the verdicts.
//
//   EXPECT_OOM_SAFE({ return parse(file).has_value(); });
//   EXPECT_OOM_SAFE_WITH(Torture().once_per_stack().in_child(), { return parse(file); });
//
// The block is a lambda that captures by reference and is run many times: it starts from the same
// state each time, and returns what the code under test says. A block that returns nothing claims
// success, so it has to be code that may not fail.
//
// Bounds:  Torture::runs_max() runs.
// Threads: allocations of the thread that runs the assertion fail; with all_threads() those of all,
//          whose numbers are then only the same in each run if the threads take turns.
// Failure: the verdicts of torture.hpp, each with the number, size and stack of the allocation that
//          failed and the command that runs just this injection again. Where nothing can fail in
//          this build, the assertion is counted as not measured.
// Cost:    two runs an allocation or, with once_per_stack(), a distinct stack; in_child() forks
//          for each.

#include <gtest/gtest.h>

#include "redzone/testing/assertion.hpp"
#include "redzone/testing/torture.hpp"

namespace redzone::testing {

template <class Body>
[[nodiscard]] Judgement oom_safe(const Torture& torture, const TestSite& site, Body&& body) {
  // An object of ours, whatever the body is: const, a function, or made on the spot.
  auto call = [&body]() -> decltype(auto) { return body(); };
  return torture_oom(torture, detail::recorded_block_of(call), site);
}

}  // namespace redzone::testing

#define REDZONE_TESTING_OOM(assertion, torture, ...) \
  assertion(::redzone::testing::oom_safe((torture), REDZONE_TESTING_HERE, [&] __VA_ARGS__))

#define EXPECT_OOM_SAFE_WITH(torture, ...) \
  REDZONE_TESTING_OOM(REDZONE_TESTING_EXPECT, torture, __VA_ARGS__)
#define ASSERT_OOM_SAFE_WITH(torture, ...) \
  REDZONE_TESTING_OOM(REDZONE_TESTING_ASSERT, torture, __VA_ARGS__)
#define EXPECT_OOM_SAFE(...) EXPECT_OOM_SAFE_WITH(::redzone::testing::Torture(), __VA_ARGS__)
#define ASSERT_OOM_SAFE(...) ASSERT_OOM_SAFE_WITH(::redzone::testing::Torture(), __VA_ARGS__)
