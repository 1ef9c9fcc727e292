// What happens at the bounds of children and of budgets.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <string>

#include "redzone/heap/figures.hpp"
#include "redzone/heap/limits.hpp"
#include "redzone/testing/oom.hpp"
#include "redzone/testing/test_watch.hpp"
#include "testing/child.hpp"
#include "tests/testing/planted.hpp"

namespace redzone::testing {
namespace {

class Nothing final : public Attack {
 public:
  void begin(RunRecord& /*record*/) override {}
  void end(RunRecord& /*record*/) override {}
  [[nodiscard]] std::uint64_t operation_count() const override { return 0; }
};

std::string error_output_of_child(std::size_t bytes) {
  const std::string text(bytes, 'x');
  auto body = [&text] {
    return write(STDERR_FILENO, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  };
  const detail::Block block = detail::block_of(body);
  Nothing attack;
  ChildResult result;
  run_in_child(block, attack, kOperationsEndless, 30, result);
  EXPECT_EQ(result.end, ChildEnd::finished);
  EXPECT_EQ(result.record.claim, Claim::success);
  return result.error_output;
}

TEST(ChildOutput, IsKeptUpToItsLimitAndNeverWaitedFor) {
  for (const std::size_t bytes : {kChildOutputBytesMax - 1, kChildOutputBytesMax,
                                  kChildOutputBytesMax + 1, std::size_t{1} << 20U}) {
    // What a detector says of the child comes after its own.
    const std::string kept = error_output_of_child(bytes).substr(0, bytes);
    EXPECT_EQ(kept, std::string(std::min(bytes, kChildOutputBytesMax), 'x')) << bytes;
  }
}

// An allocation whose stack tells the path that led to it, a call site a bit.
[[gnu::noinline]] bool allocate_at(unsigned path, unsigned depth) {
  if (depth == 0) return planted::report_failure();
  bool is_good = false;
  if ((path & 1U) != 0) {
    is_good = allocate_at(path >> 1U, depth - 1);
    planted::escape(&is_good);
  } else {
    is_good = allocate_at(path >> 1U, depth - 1);
    asm volatile("nop");
  }
  return is_good;
}

TEST(OncePerStack, SaysWhenThereAreMoreStacksThanItTellsApart) {
  if (heap::back_end() == heap::BackEnd::valgrind) {
    GTEST_SKIP() << "so many stacks take memcheck minutes";
  }
  for (const std::uint32_t count : {heap::kStacksMax - 1, heap::kStacksMax, heap::kStacksMax + 1}) {
    const Judgement judgement =
        oom_safe(Torture().once_per_stack().runs_max(1), TestSite(), [count] {
          bool is_good = true;
          for (unsigned i = 0; i < count; ++i) is_good = allocate_at(i, 14) && is_good;
          return is_good;
        });
    const bool has_all = count <= heap::kStacksMax;
    const std::string expected =
        has_all ? "too many runs: the block needs " + std::to_string(2 * count) + " runs"
                : "too many runs: the block allocates from more than 8192 distinct call stacks, "
                  "and those of 1 allocation were not told apart";
    EXPECT_NE(judgement.message().find(expected), std::string::npos) << judgement.message();
  }
}

// For the child of a death test: what it registers is in nobody's way.
template <std::size_t CountMax>
void register_budgets(std::size_t count) {
  static std::array<std::optional<RegisteredBudget>, CountMax> budgets;
  for (std::size_t i = 0; i < count; ++i) {
    budgets.at(i).emplace("Imagined", "", HeapLimits(), "limits_test.cpp", 1, true);
  }
}

void start_with_budgets(std::size_t count) {
  register_budgets<kBudgetsOfATestMax + 1>(count);
  TestName name;
  name.suite = "Imagined";
  name.test = "Test";
  start_test(name, false, heap::Figures());
  _exit(0);
}

TEST(BudgetDeathTest, ATestHasAsManyAsTheLimitSays) {
  EXPECT_EXIT(start_with_budgets(kBudgetsOfATestMax - 1), ::testing::ExitedWithCode(0), "");
  EXPECT_EXIT(start_with_budgets(kBudgetsOfATestMax), ::testing::ExitedWithCode(0), "");
  EXPECT_DEATH(start_with_budgets(kBudgetsOfATestMax + 1), "kBudgetsOfATestMax");
}

TEST(BudgetDeathTest, AProgramHasAsManyAsTheLimitSays) {
  // This program's own recipes have some.
  constexpr std::size_t kOwnMax = 16;
  EXPECT_EXIT((register_budgets<kBudgetsMax + 1>(kBudgetsMax - kOwnMax), _exit(0)),
              ::testing::ExitedWithCode(0), "");
  EXPECT_DEATH(register_budgets<kBudgetsMax + 1>(kBudgetsMax + 1), "kBudgetsMax");
}

}  // namespace
}  // namespace redzone::testing
