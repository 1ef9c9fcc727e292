// Compiled as C++17, as by a project that has never heard of C++20.

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "redzone/testing/all.hpp"
#include "redzone/testing/io_faults.hpp"  // IWYU pragma: keep

static_assert(__cplusplus < 202002L, "this file is compiled as C++17");

namespace {

using redzone::testing::HeapLimits;
using redzone::testing::Torture;
using namespace redzone::literals;

bool join(const std::string& left, std::string& joined) {
  joined = left + ", and enough text to leave the small buffer of a string";
  return true;
}

// What a compiler may not leave out.
void use(const std::string& text) { asm volatile("" : : "r"(text.data()) : "memory"); }

TEST(Cxx17, StringsStandFailingAllocations) {
  const std::string left = "a text that is longer than fifteen characters";
  EXPECT_OOM_SAFE({
    std::string joined;
    return join(left, joined);
  });
  EXPECT_OOM_SAFE_WITH(Torture().once_per_stack().in_child(), {
    std::string joined;
    return join(left, joined);
  });
}

TEST(Cxx17, BudgetsTakeByteLiterals) {
  EXPECT_PEAK_HEAP_LE(1_KiB, {
    const std::string text(600, 'a');
    use(text);
  });
  EXPECT_LARGEST_ALLOCATION_LE(1_KiB, {
    const std::string text(600, 'a');
    use(text);
  });
  EXPECT_ALLOCATION_COUNT_LE(1, {
    const std::string text(600, 'a');
    use(text);
  });
  EXPECT_NO_ALLOCATION({
    const std::pair<int, int> pair{1, 2};
    static_cast<void>(pair);
  });
  EXPECT_NO_LEAK({ const auto owner = std::make_unique<int>(7); });
  ASSERT_HEAP_WITHIN(HeapLimits().peak(1_KiB).largest(1_KiB).count(1).live(0), {
    const std::string text(600, 'a');
    use(text);
  });
}

}  // namespace
