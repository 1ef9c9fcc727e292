// In C++17 std::string allocates inside libstdc++.so: only an operator new that this library finds
// reaches it. All of this program is C++17; one object of C++20 would bring the members of
// std::string into it, and they would serve for the others.

#include <gtest/gtest.h>

#include <new>
#include <string>

#include "redzone/heap/fault_plan.hpp"
#include "redzone/heap/figures.hpp"
#include "redzone/heap/scope.hpp"
#include "tests/heap/expect_figures.hpp"
#include "tests/heap/faults_blocks.hpp"
#include "tests/heap/string_of_library.hpp"

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HAS_TSAN
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define HAS_TSAN
#endif

static_assert(__cplusplus == 201703L);

namespace redzone::heap {
namespace {

bool grows_a_string() {
  try {
    std::string text;
    text.append(100, 'x');
    return *kept(text.c_str()) == 'x';
  } catch (const std::bad_alloc&) {
    return false;
  }
}

TEST(StringsOfCxx17, AreCountedWhereverTheyAllocate) {
  ScopeOptions options;
  options.explain_largest_bytes = 100;
  Scope scope(options);
  EXPECT_TRUE(grows_a_string());
  const Figures figures = scope.figures();
  expect_figures(figures, {1, 101, 101, 0, 0, 101});
  if (is_counting()) {
    EXPECT_TRUE(is_of_string_of_library(scope.crossed_largest().stack));
  }
}

// What coverage says of libraries is what happens.
TEST(FaultCoverageOfCxx17, TellsWhetherLibrariesAreReached) {
  const Capability libraries = fault_coverage(Reach::operators_of_libraries);
  arm({});
  const bool has_grown = grows_a_string();
  const FaultReport report = disarm();
  EXPECT_TRUE(grows_a_string());
  if (libraries.exactness == Exactness::exact) {
    EXPECT_FALSE(has_grown);
    EXPECT_EQ(report.injected_count, 1U);
    EXPECT_EQ(report.first_injected.size_bytes, 101U);
    EXPECT_TRUE(is_of_string_of_library(report.first_injected.stack));
    EXPECT_STREQ(libraries.reason, "");
  } else {
    EXPECT_EQ(libraries.exactness, Exactness::unknown);
    EXPECT_STRNE(libraries.reason, "");
    EXPECT_TRUE(has_grown);
    EXPECT_EQ(report.matched_count, 0U);
  }
}

TEST(FaultCoverageOfCxx17, ReachesLibrariesWhereNobodyElseHasOperatorNew) {
#if defined(HAS_TSAN)
  constexpr bool kHasTsan = true;
#else
  constexpr bool kHasTsan = false;
#endif
  const bool is_theirs = kHasTsan || back_end() == BackEnd::valgrind;
  EXPECT_EQ(fault_coverage(Reach::operators_of_libraries).exactness,
            is_theirs ? Exactness::unknown : Exactness::exact);
}

TEST(FaultCoverageOfCxx17, ReachesTheProgramsOwnNew) {
  arm({});
  int* const block = kept(new (std::nothrow) int);
  disarm();
  EXPECT_EQ(block, nullptr);
  delete block;
}

}  // namespace
}  // namespace redzone::heap
