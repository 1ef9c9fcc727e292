#include "redzone/heap/scope.hpp"

#include <unistd.h>

#include <cstdlib>
#include <memory>
#include <vector>

#include "tests/heap/expect_figures.hpp"

namespace redzone::heap {
namespace {

// A scope that is open before main, and what it saw.
struct BeforeMain {
  BeforeMain() {
    Scope scope;
    void* block = escape(std::malloc(123));
    figures = scope.figures();
    std::free(block);
  }
  Figures figures;
};
const BeforeMain kBeforeMain;

TEST(HeapScope, CountsBeforeMain) {
  expect_figures(kBeforeMain.figures, {1, 123, 123, 1, 123, 123});
}

TEST(HeapScope, NestsAndEachHasFiguresOfItsOwn) {
  Scope outer;
  void* first = escape(std::malloc(1000));
  void* second = nullptr;
  Figures of_inner;
  {
    Scope inner;
    second = escape(std::malloc(300));
    std::free(first);  // of the outer scope only
    of_inner = inner.figures();
  }
  const Figures held = outer.figures();
  std::free(second);
  expect_figures(held, {2, 1300, 1000, 1, 300, 1300});
  if (!is_counting()) GTEST_SKIP() << "live bytes are those of the process";
  expect_figures(of_inner, {1, 300, 300, 1, 300, 300});
  expect_figures(outer.figures(), {2, 1300, 1000, 0, 0, 1300});
}

TEST(HeapScope, OverlapsWithoutNesting) {
  auto first = std::make_unique<Scope>();
  void* a = escape(std::malloc(100));
  auto second = std::make_unique<Scope>();
  void* b = escape(std::malloc(20));
  const Figures of_first = first->figures();
  first.reset();
  std::free(a);
  void* c = escape(std::malloc(3));
  const Figures of_second = second->figures();
  std::free(b);
  std::free(c);
  // Destroying and making a scope with make_unique allocates too.
  const std::uint64_t scope_bytes = sizeof(Scope);
  expect_figure(of_first.allocation_count, Quantity::allocation_count, 3);
  expect_figure(of_first.live_bytes, Quantity::live_bytes, 120 + scope_bytes);
  if (!is_counting()) GTEST_SKIP() << "live bytes are those of the process";
  expect_figures(of_second, {2, 23, 20, 2, 23, 23});
}

TEST(HeapScope, KeepsItsFiguresWhenItIsClosed) {
  Scope scope;
  void* block = escape(std::malloc(100));
  scope.close();
  std::free(block);
  void* later = escape(std::malloc(4000));
  expect_figures(scope.figures(), {1, 100, 100, 1, 100, 100});
  std::free(later);
  scope.close();
  expect_figures(scope.figures(), {1, 100, 100, 1, 100, 100});
}

TEST(HeapScope, TakesABlockOfAClosedScopeForForeign) {
  void* block = nullptr;
  {
    Scope scope;
    block = escape(std::malloc(100));
  }
  // Resized and freed while nobody counts, and its memory used again.
  block = escape(std::realloc(block, 110));
  Scope scope;
  std::free(block);
  block = escape(std::malloc(100));
  std::free(block);
  if (!is_counting()) GTEST_SKIP() << "live bytes are those of the process";
  expect_figures(scope.figures(), {1, 100, 100, 0, 0, 100});
}

TEST(HeapScope, IsOpenAtMostSoManyTimes) {
  std::vector<std::unique_ptr<Scope>> scopes;
  scopes.reserve(kScopesMax);
  const std::uint32_t count = is_counting() ? kScopesMax : 2;  // memcheck searches for each
  for (std::uint32_t i = 0; i < count; ++i) scopes.push_back(std::make_unique<Scope>());
  void* block = escape(std::malloc(100));
  for (const auto& scope : scopes) {
    const Figures figures = scope->figures();
    expect_figure(figures.largest_bytes, Quantity::largest_bytes, 100);
  }
  std::free(block);
  scopes.clear();
  Scope again;
}

TEST(HeapScopeDeathTest, AbortsBeyondThat) {
  EXPECT_DEATH(
      {
        std::vector<std::unique_ptr<Scope>> scopes;
        for (std::uint32_t i = 0; i <= kScopesMax; ++i) scopes.push_back(std::make_unique<Scope>());
      },
      "redzone: more than 32 heap::Scope and heap::Phase are open");
}

TEST(HeapScope, OfAThreadIsClosedAndOpenedAgain) {
  ScopeOptions options;
  options.who = Who::this_thread;
  for (int i = 0; i < 3; ++i) {
    Scope scope(options);
    void* block = escape(std::malloc(100));
    const Figures held = scope.figures();
    std::free(block);
    expect_figures(held, {1, 100, 100, 1, 100, 100}, Who::this_thread);
    expect_figures(scope.figures(), {1, 100, 100, 0, 0, 100}, Who::this_thread);
  }
}

// Blocks of a megabyte go beyond what a thread keeps to itself.
TEST(HeapScope, CountsLargeBlocks) {
  constexpr std::uint64_t kMiB = 1024 * 1024;
  Scope scope;
  void* first = escape(std::malloc(3 * kMiB));
  void* second = escape(std::malloc(2 * kMiB));
  std::free(first);
  void* third = escape(std::malloc(4 * kMiB));
  const Figures held = scope.figures();
  std::free(second);
  std::free(third);
  expect_figures(held, {3, 9 * kMiB, 4 * kMiB, 2, 6 * kMiB, 6 * kMiB});
  expect_figures(scope.figures(), {3, 9 * kMiB, 4 * kMiB, 0, 0, 6 * kMiB});
}

}  // namespace
}  // namespace redzone::heap
