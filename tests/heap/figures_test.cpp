#include "redzone/heap/figures.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "redzone/heap/scope.hpp"

namespace redzone::heap {
namespace {

void* volatile kept = nullptr;

TEST(HeapFigures, CountsOneBlock) {
  std::printf("back end %s\n", name_of(back_end()));
  Scope scope;
  kept = std::malloc(100);
  const Figures held = scope.figures();
  std::free(kept);
  const Figures freed = scope.figures();
  EXPECT_EQ(held.allocation_count, 1U);
  EXPECT_EQ(held.live_bytes, 100U);
  EXPECT_EQ(freed.live_bytes, 0U);
  EXPECT_EQ(freed.peak_bytes, 100U);
}

}  // namespace
}  // namespace redzone::heap
