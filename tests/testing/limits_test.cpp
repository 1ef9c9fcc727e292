// What happens at the bounds of children and of budgets.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include "redzone/heap/figures.hpp"
#include "redzone/heap/limits.hpp"
#include "redzone/testing/oom.hpp"
#include "redzone/testing/test_watch.hpp"
#include "testing/child.hpp"
#include "testing/findings.hpp"
#include "testing/symbolizer.hpp"
#include "tests/testing/planted.hpp"

// Named as the allocator's functions are, so that messages leave them out.
template <int Depth>
[[gnu::always_inline]] inline redzone::heap::Stack calloc_below() {
  if constexpr (Depth == 0) {
    return redzone::heap::Stack::here();
  } else {
    const redzone::heap::Stack stack = calloc_below<Depth - 1>();
    asm volatile("nop");
    return stack;
  }
}

namespace redzone::testing {
namespace {

template <int InlinedCount>
[[gnu::noinline]] heap::Stack inline_so_many() {
  const heap::Stack stack = calloc_below<InlinedCount - 1>();
  asm volatile("nop");
  return stack;
}

TEST(InlinedFunctions, TheOneTheyAreInlinedInIsNeverCut) {
  for (const heap::Stack& stack :
       {inline_so_many<kInlinedMax - 2>(), inline_so_many<kInlinedMax - 1>(),
        inline_so_many<kInlinedMax>(), inline_so_many<3 * kInlinedMax>()}) {
    const StackText text = stack_text(stack);
    EXPECT_NE(text.lines[0].find("inline_so_many"), std::string::npos) << text.lines[0];
  }
}

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

// Each with a stack of its own.
std::string judgement_of(std::size_t finding_count) {
  Findings findings{TestSite()};
  for (std::size_t i = 1; i <= finding_count; ++i) {
    Injection injection;
    injection.number = i;
    RunRecord record;
    const std::uintptr_t address = i;
    record.injected.stack = heap::Stack::of(&address, 1);
    findings.add(Verdict::swallowed, injection, record, nullptr);
  }
  return findings.judgement(1).message();
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(FindingsLimits, SomeAreToldSomeNamedAndAllCounted) {
  for (const std::size_t count : {Findings::kToldMax - 1, Findings::kToldMax}) {
    EXPECT_EQ(count_of(judgement_of(count), "swallowed: "), count);
    EXPECT_EQ(count_of(judgement_of(count), "more of these"), 0U);
  }
  const std::string one_more = judgement_of(Findings::kToldMax + 1);
  EXPECT_EQ(count_of(one_more, "swallowed: "), Findings::kToldMax);
  EXPECT_TRUE(one_more.ends_with("and 1 more of these, 4 once")) << one_more;
  const std::size_t named_count = Findings::kToldMax + Findings::kNamedMax;
  EXPECT_TRUE(judgement_of(named_count - 1).ends_with(" once"));
  EXPECT_TRUE(judgement_of(named_count).ends_with(", 11 once")) << judgement_of(named_count);
  EXPECT_TRUE(judgement_of(named_count + 1).ends_with(", 11 once, ..."));
}

// As a symbolizer that answers every question with the same function.
std::string write_answering_tool() {
  const std::string path =
      ::testing::TempDir() + "/redzone_tool_" + std::to_string(getpid()) + ".sh";
  std::ofstream(path) << "#!/bin/sh\nprintf '0x1\\nanswered\\n/a.c:7\\n'\n";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
  return path;
}

[[noreturn]] void exit_with_answer_count(const std::string& tool, unsigned stack_count) {
  setenv("LLVM_SYMBOLIZER_PATH", tool.c_str(), 1);
  setenv("PATH", "/nonexistent", 1);
  unsigned answer_count = 0;
  bool is_last_answered = false;
  for (unsigned i = 0; i < stack_count; ++i) {
    const StackText text = stack_text(heap::Stack::here());
    is_last_answered = text.lines[0] == "answered a.c:7";
    if (is_last_answered) ++answer_count;
  }
  std::fprintf(stderr, "%u answers, the last %d", answer_count, static_cast<int>(is_last_answered));
  std::_Exit(0);
}

TEST(SymbolizerDeathTest, ToolsAreStartedSoOftenAndNoMore) {
  if (heap::back_end() == heap::BackEnd::valgrind) {
    GTEST_SKIP() << "so many processes take Valgrind long";
  }
  const std::string tool = write_answering_tool();
  const unsigned left_count = kToolStartsMax - tool_start_count();
  EXPECT_EXIT(exit_with_answer_count(tool, left_count), ::testing::ExitedWithCode(0),
              std::to_string(left_count) + " answers, the last 1");
  EXPECT_EXIT(exit_with_answer_count(tool, left_count + 1), ::testing::ExitedWithCode(0),
              std::to_string(left_count) + " answers, the last 0");
  EXPECT_EXIT(exit_with_answer_count(tool, 1), ::testing::ExitedWithCode(0),
              "1 answers, the last 1");
  unlink(tool.c_str());
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
