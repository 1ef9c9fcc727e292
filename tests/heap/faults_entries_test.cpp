// Each way to allocate fails exactly at its turn, as it fails when memory runs out.

#include <gtest/gtest.h>
#include <malloc.h>
#include <stdlib.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <ostream>
#include <string>

#include "redzone/heap/fault_plan.hpp"
#include "redzone/heap/figures.hpp"
#include "tests/heap/faults_blocks.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define RUN_TIME_ENDS_PROGRAMS_THAT_ASK_FOR_NONSENSE
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RUN_TIME_ENDS_PROGRAMS_THAT_ASK_FOR_NONSENSE
#endif

namespace redzone::heap {
namespace {

struct alignas(64) Wide {
  char bytes[64];
};

// Null, and errno says why.
bool fails(void* block) {
  const int error = errno;
  std::free(kept(block));
  return block == nullptr && error == ENOMEM;
}

template <class New>
bool throws(New allocate) {
  try {
    allocate();
    return false;
  } catch (const std::bad_alloc&) {
    return true;
  }
}

struct Entry {
  const char* name;
  bool (*call)();  // true when it failed as it should; allocates once
  std::size_t size_bytes;
};

void PrintTo(const Entry& entry, std::ostream* out) { *out << entry.name; }

const std::nothrow_t& quiet = std::nothrow;

const Entry kEntries[] = {
    {"malloc", [] { return fails(malloc(100)); }, 100},
    {"calloc", [] { return fails(calloc(10, 20)); }, 200},
    {"realloc", [] { return fails(realloc(nullptr, 30)); }, 30},
    {"reallocarray", [] { return fails(reallocarray(nullptr, 10, 30)); }, 300},
    {"posix_memalign",
     [] {
       void* const before = &errno;
       void* block = before;
       const int error = posix_memalign(&block, 64, 100);
       if (error == 0) std::free(block);
       return error == ENOMEM && block == before;
     },
     100},
    {"aligned_alloc", [] { return fails(aligned_alloc(64, 128)); }, 128},
    {"memalign", [] { return fails(memalign(64, 100)); }, 100},
    {"valloc", [] { return fails(valloc(100)); }, 100},
    {"strdup", [] { return fails(strdup(kept("five!"))); }, 6},
    {"strndup_shorter", [] { return fails(strndup(kept("five!"), 3)); }, 4},
    {"strndup_longer", [] { return fails(strndup(kept("five!"), 30)); }, 6},
    {"new", [] { return throws([] { delete kept(new int); }); }, 4},
    {"new_array", [] { return throws([] { delete[] kept(new int[10]); }); }, 40},
    {"new_aligned", [] { return throws([] { delete kept(new Wide); }); }, 64},
    {"new_array_aligned", [] { return throws([] { delete[] kept(new Wide[2]); }); }, 128},
    {"new_nothrow",
     [] {
       int* const block = kept(new (quiet) int);
       delete block;
       return block == nullptr;
     },
     4},
    {"new_array_nothrow",
     [] {
       int* const block = kept(new (quiet) int[10]);
       delete[] block;
       return block == nullptr;
     },
     40},
    {"new_aligned_nothrow",
     [] {
       Wide* const block = kept(new (quiet) Wide);
       delete block;
       return block == nullptr;
     },
     64},
    {"new_array_aligned_nothrow",
     [] {
       Wide* const block = kept(new (quiet) Wide[2]);
       delete[] block;
       return block == nullptr;
     },
     128},
};

class FaultEntry : public testing::TestWithParam<Entry> {};

TEST_P(FaultEntry, FailsExactlyAtItsTurn) {
  const Entry& entry = GetParam();
  FaultPlan plan;
  plan.nth = 2;
  arm(plan);
  errno = 0;
  const bool first = entry.call();
  const bool second = entry.call();
  const bool third = entry.call();
  const FaultReport report = disarm();
  EXPECT_FALSE(first);
  EXPECT_TRUE(second);
  EXPECT_FALSE(third);
  EXPECT_EQ(report.matched_count, 3U) << "each call is decided once";
  EXPECT_EQ(report.injected_count, 1U);
  EXPECT_EQ(report.first_injected.number, 2U);
  EXPECT_EQ(report.first_injected.size_bytes, entry.size_bytes);
  EXPECT_GE(report.first_injected.stack.size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(, FaultEntry, testing::ValuesIn(kEntries),
                         [](const auto& of) { return std::string(of.param.name); });

TEST(FaultEntries, PvallocFails) {
  if (back_end() == BackEnd::valgrind) return;  // which has none, and ends the program
  arm({});
  const bool has_failed = fails(pvalloc(100));
  disarm();
  EXPECT_TRUE(has_failed);
  EXPECT_FALSE(fails(pvalloc(100)));
}

TEST(FaultEntries, ReallocLeavesTheBlockWhenItFails) {
  char* const block = static_cast<char*>(malloc(4));
  ASSERT_NE(block, nullptr);
  std::memcpy(block, "abc", 4);
  char* const same = kept(block);  // which the compiler does not take for freed
  arm({});
  void* const larger = kept(realloc(block, 4000));
  disarm();
  ASSERT_EQ(larger, nullptr);
  EXPECT_STREQ(same, "abc");
  std::free(same);
}

TEST(FaultEntries, WhatOnlyFreesNeverFails) {
  void* const first = malloc(4);
  int* const second = new int;
  void* const third = malloc(4);
  FaultPlan plan;
  plan.for_ever = true;
  arm(plan);
  EXPECT_EQ(realloc(first, 0), nullptr);
  delete second;
  std::free(third);
  const FaultReport report = disarm();
  EXPECT_EQ(report.matched_count, 0U);
}

TEST(FaultEntries, AnEmptyBlockIsAnAllocation) {
  arm({});
  void* const block = kept(malloc(0));
  const FaultReport report = disarm();
  EXPECT_EQ(block, nullptr);
  EXPECT_EQ(report.injected_count, 1U);
  EXPECT_EQ(report.first_injected.size_bytes, 0U);
}

#if !defined(RUN_TIME_ENDS_PROGRAMS_THAT_ASK_FOR_NONSENSE)
TEST(FaultEntries, WhatCannotBeGivenIsNotAskedAbout) {
  volatile std::size_t huge = SIZE_MAX / 2;
  volatile std::size_t odd = 3;
  void* block = nullptr;
  FaultPlan plan;
  plan.for_ever = true;
  arm(plan);
  void* const cleared = calloc(huge, 4);
  const int calloc_error = errno;
  void* const array = reallocarray(nullptr, huge, 4);
  const int aligned_error = posix_memalign(&block, odd, 8);
  const FaultReport report = disarm();
  EXPECT_EQ(cleared, nullptr);
  EXPECT_EQ(calloc_error, ENOMEM);
  EXPECT_EQ(array, nullptr);
  EXPECT_EQ(aligned_error, EINVAL);
  EXPECT_EQ(report.matched_count, 0U);
}
#endif

int handled_count = 0;

TEST(FaultNewHandler, IsCalledAndTheAllocationTriedAgain) {
  handled_count = 0;
  std::set_new_handler([] { ++handled_count; });
  arm({});
  int* const block = kept(new int);
  int* const quiet_block = kept(new (quiet) int);
  const FaultReport report = disarm();
  std::set_new_handler(nullptr);
  EXPECT_NE(block, nullptr);
  EXPECT_NE(quiet_block, nullptr);
  delete block;
  delete quiet_block;
  EXPECT_EQ(handled_count, 1);
  EXPECT_EQ(report.injected_count, 1U);
  EXPECT_EQ(report.matched_count, 3U) << "each try is a match";
}

TEST(FaultNewHandler, IsCalledUntilItGivesUp) {
  handled_count = 0;
  std::set_new_handler([] {
    if (++handled_count == 3) std::set_new_handler(nullptr);
  });
  FaultPlan plan;
  plan.for_ever = true;
  arm(plan);
  const bool has_thrown = throws([] { delete kept(new int); });
  disarm();
  EXPECT_TRUE(has_thrown);
  EXPECT_EQ(handled_count, 3);
}

TEST(FaultNewHandler, MayThrowWhereNewMayNot) {
  std::set_new_handler([] { throw std::bad_alloc(); });
  arm({});
  int* const block = kept(new (quiet) int);
  disarm();
  std::set_new_handler(nullptr);
  EXPECT_EQ(block, nullptr);
  delete block;
}

bool is_exact(Reach reach) { return fault_coverage(reach).exactness == Exactness::exact; }

TEST(FaultCoverage, ReachesTheProgramsOwnCalls) {
  EXPECT_TRUE(is_exact(Reach::c_functions)) << fault_coverage(Reach::c_functions).reason;
  EXPECT_TRUE(is_exact(Reach::operators)) << fault_coverage(Reach::operators).reason;
  EXPECT_STREQ(name_of(Reach::c_functions), "c_functions");
  EXPECT_STREQ(name_of(Reach::operators), "operators");
  EXPECT_STREQ(name_of(Reach::operators_of_libraries), "operators_of_libraries");
}

// From C++20 on its members are instantiated in the program.
TEST(FaultCoverage, ReachesAString) {
  bool has_thrown = false;
  arm({});
  try {
    std::string text;
    text.append(100, 'x');
    kept(text.data());
  } catch (const std::bad_alloc&) {
    has_thrown = true;
  }
  const FaultReport report = disarm();
  EXPECT_TRUE(has_thrown);
  EXPECT_EQ(report.injected_count, 1U);
}

}  // namespace
}  // namespace redzone::heap
