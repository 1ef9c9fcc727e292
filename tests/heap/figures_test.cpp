#include "redzone/heap/figures.hpp"

#include <malloc.h>

#include <cerrno>
#include <cstdlib>
#include <new>
#include <string>

#include "redzone/base/valgrind_request.hpp"
#include "tests/heap/expect_figures.hpp"
#include "tests/heap/string_of_cpp17.hpp"

namespace redzone::heap {
namespace {

constexpr auto kAlignment = std::align_val_t{64};

struct Form {
  const char* name;
  void* (*allocate)(std::size_t size_bytes);
  void (*release)(void* block);
  bool is_aligned_c = false;  // one of those that TSan does not tell of
};

void* by_posix_memalign(std::size_t size_bytes) {
  void* block = nullptr;
  return posix_memalign(&block, 64, size_bytes) == 0 ? block : nullptr;
}

constexpr Form kForms[] = {
    {"malloc", [](std::size_t n) { return std::malloc(n); }, [](void* p) { std::free(p); }},
    {"calloc", [](std::size_t n) { return std::calloc(1, n); }, [](void* p) { std::free(p); }},
    {"realloc", [](std::size_t n) { return std::realloc(nullptr, n); },
     [](void* p) { std::free(p); }},
    {"memalign", [](std::size_t n) { return memalign(64, n); }, [](void* p) { std::free(p); },
     true},
    {"aligned_alloc", [](std::size_t n) { return std::aligned_alloc(64, n); },
     [](void* p) { std::free(p); }, true},
    {"posix_memalign", by_posix_memalign, [](void* p) { std::free(p); }, true},
    {"valloc", [](std::size_t n) { return valloc(n); }, [](void* p) { std::free(p); }, true},
    {"new", [](std::size_t n) { return ::operator new(n); }, [](void* p) { ::operator delete(p); }},
    {"new_array", [](std::size_t n) { return ::operator new[](n); },
     [](void* p) { ::operator delete[](p); }},
    {"new_nothrow", [](std::size_t n) { return ::operator new(n, std::nothrow); },
     [](void* p) { ::operator delete(p, std::nothrow); }},
    {"new_array_nothrow", [](std::size_t n) { return ::operator new[](n, std::nothrow); },
     [](void* p) { ::operator delete[](p, std::nothrow); }},
    {"new_aligned", [](std::size_t n) { return ::operator new(n, kAlignment); },
     [](void* p) { ::operator delete(p, kAlignment); }},
    {"new_array_aligned", [](std::size_t n) { return ::operator new[](n, kAlignment); },
     [](void* p) { ::operator delete[](p, kAlignment); }},
    {"new_aligned_nothrow",
     [](std::size_t n) { return ::operator new(n, kAlignment, std::nothrow); },
     [](void* p) { ::operator delete(p, kAlignment, std::nothrow); }},
};

TEST(HeapFigures, AreOfEachFormOfAllocation) {
  for (const Form& form : kForms) {
    SCOPED_TRACE(form.name);
    if (form.is_aligned_c && !back_end_facts().tells_aligned) continue;
    Scope scope;
    void* block = escape(form.allocate(640));
    const Figures held = scope.figures();
    ASSERT_NE(block, nullptr);
    form.release(block);
    const Figures freed = scope.figures();
    expect_figures(held, {1, 640, 640, 1, 640, 640});
    expect_figures(freed, {1, 640, 640, 0, 0, 640});
  }
}

TEST(HeapFigures, CallAFormThatIsNotToldApproximate) {
  if (back_end() != BackEnd::sanitizer_hooks) GTEST_SKIP() << "no sanitizer tells";
  Scope scope;
  void* block = escape(by_posix_memalign(640));
  const Figures figures = scope.figures();
  std::free(block);
  const Capability known = capability(Quantity::allocation_count);
  EXPECT_EQ(figures.allocation_count == 1U, known.exactness == Exactness::exact);
  if (known.exactness != Exactness::exact) {
    EXPECT_NE(std::string(known.reason).find("posix_memalign"), std::string::npos);
  }
}

TEST(HeapFigures, AreOfPagesWherePagesAreAskedFor) {
  if (!back_end_facts().tells_aligned) GTEST_SKIP() << "not told";
  Scope scope;
  void* block = escape(pvalloc(1));
  const Figures figures = scope.figures();
  std::free(block);
  expect_figures(figures, {1, 4096, 4096, 1, 4096, 4096});
}

TEST(HeapFigures, MultiplyTheCountsOfCalloc) {
  Scope scope;
  void* block = escape(std::calloc(30, 7));
  const Figures figures = scope.figures();
  std::free(block);
  expect_figures(figures, {1, 210, 210, 1, 210, 210});
}

TEST(HeapFigures, CountABlockThatGrowsAndShrinksAsReplaced) {
  const bool holds_both = realloc_holds_both();
  EXPECT_FALSE(holds_both && back_end() == BackEnd::interposer);
  Scope scope;
  void* block = escape(std::malloc(100));
  block = escape(std::realloc(block, 5000));
  const Figures grown = scope.figures();
  block = escape(std::realloc(block, 10));
  const Figures shrunk = scope.figures();
  std::free(block);
  expect_figures(grown, {2, 5100, 5000, 1, 5000, holds_both ? 5100U : 5000U});
  expect_figures(shrunk, {3, 5110, 5000, 1, 10, holds_both ? 5100U : 5000U});
  expect_figure(scope.figures().live_bytes, Quantity::live_bytes, 0);
}

TEST(HeapFigures, CountABlockFromBeforeAsNewWhenItIsResized) {
  void* block = escape(std::malloc(100));
  Scope scope;
  block = escape(std::realloc(block, 200));
  const Figures resized = scope.figures();
  std::free(block);
  if (!is_counting()) GTEST_SKIP() << "live bytes are those of the process";
  expect_figures(resized, {1, 200, 200, 1, 200, 200});
  expect_figures(scope.figures(), {1, 200, 200, 0, 0, 200});
}

TEST(HeapFigures, DoNotChangeWhenABlockFromBeforeIsFreed) {
  void* block = escape(std::malloc(100));
  Scope scope;
  std::free(block);
  if (!is_counting()) GTEST_SKIP() << "live bytes are those of the process";
  expect_figures(scope.figures(), {});
}

TEST(HeapFigures, DoNotCountWhatFreesOnly) {
  Scope scope;
  void* block = escape(std::malloc(100));
  std::free(nullptr);
  EXPECT_EQ(escape(std::realloc(block, 0)), nullptr);
  expect_figures(scope.figures(), {1, 100, 100, 0, 0, 100});
}

// Without optimisation the program has the string's constructor too, because that of C++20 is
// constexpr, and the object of C++17 calls it; heap_faults_cxx17_test is of C++17 as a whole.
TEST(HeapFigures, AreOfStringsOfBothStandards) {
  Scope scope;
  std::string* string = string_of_cpp17(100);
  const Figures figures = scope.figures();
  delete string;
  expect_figures(figures, {2, sizeof(std::string) + 101, 101, 2, sizeof(std::string) + 101,
                           sizeof(std::string) + 101});
  Scope second;
  std::string own(100, 'x');
  escape(own.data());
  expect_figures(second.figures(), {1, 101, 101, 1, 101, 101});
}

TEST(HeapFigures, DoNotCountAFailedAllocation) {
  if (back_end() != BackEnd::interposer) GTEST_SKIP() << "a sanitizer aborts";
  Scope scope;
  volatile std::size_t too_much = SIZE_MAX - 8;
  errno = 0;
  EXPECT_EQ(escape(std::malloc(too_much)), nullptr);
  EXPECT_EQ(errno, ENOMEM);
  EXPECT_EQ(escape(std::calloc(too_much, 2)), nullptr);
  EXPECT_EQ(escape(memalign(64, too_much)), nullptr);
  EXPECT_EQ(escape(pvalloc(too_much)), nullptr);
  void* block = nullptr;
  errno = 0;
  EXPECT_EQ(posix_memalign(&block, 64, too_much), ENOMEM);
  EXPECT_EQ(errno, 0);
  EXPECT_EQ(posix_memalign(&block, 48, 64), EINVAL);
  EXPECT_EQ(escape(reallocarray(nullptr, too_much, 2)), nullptr);
  expect_figures(scope.figures(), {});
  // A block that could not be resized is still there, and still the scope's.
  block = escape(std::malloc(100));
  too_much = SIZE_MAX / 2;
  EXPECT_EQ(escape(std::realloc(block, too_much)), nullptr);
  expect_figures(scope.figures(), {1, 100, 100, 1, 100, 100});
  std::free(block);
  expect_figures(scope.figures(), {1, 100, 100, 0, 0, 100});
}

TEST(HeapFigures, AreTheSameInAHundredRuns) {
  const auto run = [] {
    ScopeOptions options;
    options.explain_peak_bytes = 20000;
    Scope scope(options);
    void* blocks[64] = {};
    for (std::size_t i = 0; i < 1000; ++i) {
      void*& block = blocks[i * 37 % 64];
      std::free(block);
      block = escape(std::malloc(i * 7919 % 1500 + 1));
    }
    for (void* block : blocks) std::free(block);
    return scope.figures();
  };
  const Figures first = run();
  for (int i = 1; i < (is_counting() ? 100 : 3); ++i) {
    const Figures again = run();
    ASSERT_EQ(again.allocation_count, first.allocation_count) << "run " << i;
    ASSERT_EQ(again.requested_bytes, first.requested_bytes) << "run " << i;
    ASSERT_EQ(again.largest_bytes, first.largest_bytes) << "run " << i;
    ASSERT_EQ(again.live_block_count, first.live_block_count) << "run " << i;
    ASSERT_EQ(again.live_bytes, first.live_bytes) << "run " << i;
    ASSERT_EQ(again.peak_bytes, first.peak_bytes) << "run " << i;
  }
  expect_figure(first.allocation_count, Quantity::allocation_count, 1000);
}

BackEnd back_end_of_this_build() {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return BackEnd::sanitizer_hooks;
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return BackEnd::sanitizer_hooks;
#else
  return is_under_memcheck() ? BackEnd::valgrind : BackEnd::interposer;
#endif
}

TEST(HeapBackEnd, IsTheOneOfThisBuild) {
  EXPECT_STREQ(name_of(back_end()), name_of(back_end_of_this_build()));
}

TEST(HeapCapability, SaysWhyAFigureIsNotExact) {
  for (unsigned i = 0; i < kQuantityCount; ++i) {
    const auto quantity = static_cast<Quantity>(i);
    for (const Who who : {Who::process, Who::this_thread}) {
      const Capability known = capability(quantity, who);
      EXPECT_EQ(known.exactness == Exactness::exact, *known.reason == '\0') << name_of(quantity);
      EXPECT_STRNE(name_of(quantity), "?");
      EXPECT_STRNE(name_of(known.exactness), "?");
    }
  }
  EXPECT_STRNE(name_of(back_end()), "?");
}

}  // namespace
}  // namespace redzone::heap
