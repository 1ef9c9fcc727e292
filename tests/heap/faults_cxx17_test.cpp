// In C++17 std::string allocates inside libstdc++.so: only an operator new that this library finds
// reaches it. All of this program is C++17; one object of C++20 would bring the members of
// std::string into it, and they would serve for the others.

#include <gtest/gtest.h>

#include <new>
#include <string>

#include "redzone/heap/fault_plan.hpp"
#include "redzone/heap/figures.hpp"
#include "tests/heap/faults_blocks.hpp"

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
