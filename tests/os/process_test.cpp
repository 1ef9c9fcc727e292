#include "redzone/os/process.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "redzone/base/errors.hpp"
#include "redzone/os/errors.hpp"
#include "tests/os/error_text_of.hpp"
#include "tests/os/process_probe.hpp"
#include "tests/os/temporary_directory.hpp"

namespace redzone::os {
namespace {

constexpr MemoryBudget::Limits kGenerous{.max_single = 64 * kMiB, .max_total = 256 * kMiB};

class RunProcess : public ProcessTest {
 protected:
  // Runs /bin/sh with a script, and the rest of `request`.
  Result<ProcessOutcome> shell(const char* script, ProcessRequest request = {}) {
    const std::array arguments{"/bin/sh", "-c", script};
    request.arguments = arguments;
    return run_process(request, budget_);
  }
  Error error_of(const Result<ProcessOutcome>& outcome) {
    EXPECT_FALSE(outcome);
    return outcome ? Error{} : outcome.error();
  }

  MemoryBudget budget_{kGenerous};
};

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

TEST_F(RunProcess, TellsHowTheChildExited) {
  const Result<ProcessOutcome> good = shell("exit 0");
  ASSERT_TRUE(good);
  EXPECT_TRUE(good->has_succeeded());
  const Result<ProcessOutcome> bad = shell("exit 37");
  ASSERT_TRUE(bad);
  EXPECT_FALSE(bad->has_succeeded());
  EXPECT_EQ(bad->end, ProcessEnd::exited);
  EXPECT_EQ(bad->exit_code, 37);
  EXPECT_EQ(bad->signal_number, 0);
}

TEST_F(RunProcess, TellsWhichSignalKilledTheChild) {
  const Result<ProcessOutcome> outcome = shell("kill -KILL $$");
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->has_succeeded());
  EXPECT_EQ(outcome->end, ProcessEnd::killed_by_signal);
  EXPECT_EQ(outcome->signal_number, SIGKILL);
  EXPECT_EQ(outcome->exit_code, -1);
}

TEST_F(RunProcess, CapturesTheTwoStreamsApart) {
  const Result<ProcessOutcome> outcome = shell("printf out; printf error >&2; printf put");
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->standard_output.text(), "output");
  EXPECT_EQ(outcome->standard_error.text(), "error");
  EXPECT_EQ(outcome->standard_output.total_bytes, 6u);
  EXPECT_FALSE(outcome->standard_output.is_truncated());
  EXPECT_FALSE(outcome->was_output_held_open);
}

TEST_F(RunProcess, PassesArgumentsAsTheyAre) {
  const std::array arguments{"/bin/sh", "-c", "printf '<%s>' \"$@\"", "sh", "a b", "", "$c;'"};
  const Result<ProcessOutcome> outcome = run_process({.arguments = arguments}, budget_);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->standard_output.text(), "<a b><><$c;'>");
}

TEST_F(RunProcess, FindsAProgramAlongThePath) {
  const std::array arguments{"cat", "/dev/null"};
  const Result<ProcessOutcome> outcome = run_process({.arguments = arguments}, budget_);
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->has_succeeded());
}

TEST_F(RunProcess, FeedsTheInputAndThenItsEnd) {
  const std::string input(300'000, 'i');
  const std::array arguments{"cat"};
  const Result<ProcessOutcome> outcome = run_process(
      {.arguments = arguments, .standard_input = bytes_of(input), .output_bytes_max = kMiB},
      budget_);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->input_written_bytes, input.size());
  EXPECT_EQ(outcome->standard_output.text(), input);
}

TEST_F(RunProcess, WithoutInputTheChildReadsItsEndAtOnce) {
  const Result<ProcessOutcome> outcome = shell("cat; [ /dev/stdin -ef /dev/null ]");
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->has_succeeded());
  EXPECT_EQ(outcome->standard_output.text(), "");
}

TEST_F(RunProcess, AddsAndReplacesVariablesAndKeepsTheOthers) {
  ASSERT_EQ(setenv("REDZONE_OS_KEPT", "kept", 1), 0);
  ASSERT_EQ(setenv("REDZONE_OS_REPLACED", "old", 1), 0);
  const std::array variables{"REDZONE_OS_NEW=first", "REDZONE_OS_REPLACED=new",
                             "REDZONE_OS_NEW=a=b"};
  // Not through a shell, which would drop what is there twice.
  const std::array arguments{"env"};
  const Result<ProcessOutcome> outcome =
      run_process({.arguments = arguments, .environment = variables}, budget_);
  unsetenv("REDZONE_OS_KEPT");
  unsetenv("REDZONE_OS_REPLACED");
  ASSERT_TRUE(outcome);
  std::istringstream lines{std::string(outcome->standard_output.text())};
  std::multiset<std::string> found;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("REDZONE_OS_")) found.insert(line);
  }
  EXPECT_EQ(found, (std::multiset<std::string>{"REDZONE_OS_KEPT=kept", "REDZONE_OS_NEW=a=b",
                                               "REDZONE_OS_REPLACED=new"}));
}

TEST_F(RunProcess, StartsTheChildInTheWorkingDirectory) {
  const TemporaryDirectory directory;
  directory.write("here", "found");
  const std::string path = directory.path();
  const Result<ProcessOutcome> outcome = shell("cat here", {.working_directory = path.c_str()});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->standard_output.text(), "found");
}

TEST_F(RunProcess, ARelativeProgramIsRelativeToTheWorkingDirectory) {
  const TemporaryDirectory directory;
  std::filesystem::create_symlink("/bin/cat", directory.path_of("program"));
  const std::string path = directory.path();
  const std::array arguments{"./program", "/dev/null"};
  const Result<ProcessOutcome> there =
      run_process({.arguments = arguments, .working_directory = path.c_str()}, budget_);
  ASSERT_TRUE(there);
  EXPECT_TRUE(there->has_succeeded());
  EXPECT_EQ(error_of(run_process({.arguments = arguments}, budget_)).value, std::uint64_t{ENOENT});
}

TEST_F(RunProcess, AMissingProgramIsSpawnFailedWithItsErrno) {
  const Error missing =
      make_error(Code::spawn_failed).with_field("process.program").with_value(ENOENT);
  for (const char* name : {"/nonexistent/program", "no-program-of-this-name", ""}) {
    const std::array arguments{name};
    EXPECT_EQ(text_of(error_of(run_process({.arguments = arguments}, budget_))), text_of(missing))
        << name;
  }
}

TEST_F(RunProcess, AFileThatIsNoProgramIsSpawnFailedWithItsErrno) {
  const TemporaryDirectory directory;
  const std::string file = directory.write("data", "data");
  const std::string folder = directory.path();
  for (const char* name : {file.c_str(), folder.c_str()}) {
    const std::array arguments{name};
    EXPECT_EQ(error_of(run_process({.arguments = arguments}, budget_)).value,
              std::uint64_t{EACCES});
  }
  const std::string endless = "/" + std::string(5000, 'x');
  const std::array arguments{endless.c_str()};
  EXPECT_EQ(error_of(run_process({.arguments = arguments}, budget_)).value,
            std::uint64_t{ENAMETOOLONG});
}

TEST_F(RunProcess, ABadWorkingDirectoryIsSpawnFailedAndNamed) {
  const Error bad = make_error(Code::spawn_failed).with_field("process.working_directory");
  EXPECT_EQ(text_of(error_of(shell("exit 0", {.working_directory = "/proc/nonexistent"}))),
            text_of(bad.with_value(ENOENT)));
  EXPECT_EQ(text_of(error_of(shell("exit 0", {.working_directory = "/dev/null"}))),
            text_of(bad.with_value(ENOTDIR)));
}

TEST_F(RunProcess, KeepsOutputBelowAndAtTheLimitAndCutsItAbove) {
  for (const std::size_t count : {std::size_t{999}, std::size_t{1000}, std::size_t{1001}}) {
    const std::string script = "head -c " + std::to_string(count) + " /dev/zero | tee /dev/stderr";
    const Result<ProcessOutcome> outcome = shell(script.c_str(), {.output_bytes_max = 1000});
    ASSERT_TRUE(outcome);
    for (const CapturedOutput* output : {&outcome->standard_output, &outcome->standard_error}) {
      EXPECT_EQ(output->kept_bytes, std::min(count, std::size_t{1000}));
      EXPECT_EQ(output->text(), std::string(std::min(count, std::size_t{1000}), '\0'));
      EXPECT_EQ(output->total_bytes, count);
      EXPECT_EQ(output->is_truncated(), count > 1000);
    }
  }
}

TEST_F(RunProcess, AnOutputFarAboveTheLimitDoesNotHoldTheChild) {
  const Result<ProcessOutcome> outcome =
      shell("head -c 3000000 /dev/zero; head -c 2000000 /dev/zero >&2; exit 5",
            {.output_bytes_max = 4096});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->exit_code, 5);
  EXPECT_EQ(outcome->standard_output.kept_bytes, 4096u);
  EXPECT_EQ(outcome->standard_output.total_bytes, 3'000'000u);
  EXPECT_EQ(outcome->standard_error.total_bytes, 2'000'000u);
}

TEST_F(RunProcess, AnOutputLimitOfNothingOnlyCounts) {
  const Result<ProcessOutcome> outcome = shell("printf 12345", {.output_bytes_max = 0});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->standard_output.text(), "");
  EXPECT_EQ(outcome->standard_output.total_bytes, 5u);
}

TEST_F(RunProcess, LargeInputAndLargeOutputDoNotBlockEachOther) {
  const std::string input(2'000'000, 'i');
  const Result<ProcessOutcome> outcome =
      shell("tee /dev/stderr", {.standard_input = bytes_of(input), .output_bytes_max = 1'000'000});
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->has_succeeded());
  EXPECT_EQ(outcome->input_written_bytes, input.size());
  EXPECT_EQ(outcome->standard_output.total_bytes, input.size());
  EXPECT_EQ(outcome->standard_error.total_bytes, input.size());
}

TEST_F(RunProcess, TakesItsMemoryFromTheBudgetBeforeItStarts) {
  MemoryBudget tight{{.max_single = 1000, .max_total = 256 * kMiB}};
  const std::array arguments{"/bin/sh", "-c", "exit 0"};
  const Error single =
      error_of(run_process({.arguments = arguments, .output_bytes_max = 1001}, tight));
  EXPECT_EQ(single.code, error_code(BaseCode::allocation_exceeds_single));
  EXPECT_STREQ(single.field, "process.output");

  MemoryBudget small{{.max_single = kMiB, .max_total = 1999}};
  const Error total =
      error_of(run_process({.arguments = arguments, .output_bytes_max = 1000}, small));
  EXPECT_EQ(total.code, error_code(BaseCode::allocation_exceeds_total));
  EXPECT_EQ(small.live_bytes(), 0u);

  // The arrays for exec, 4 pointers and those of the environment, come on top.
  MemoryBudget exact{{.max_single = kMiB, .max_total = 2000 + 31}};
  const Error list =
      error_of(run_process({.arguments = arguments, .output_bytes_max = 1000}, exact));
  EXPECT_STREQ(list.field, "process.arguments");
  EXPECT_EQ(exact.live_bytes(), 0u);
}

TEST_F(RunProcess, TheOutcomeHoldsItsOutputAndNothingElse) {
  {
    const Result<ProcessOutcome> outcome = shell("exit 0", {.output_bytes_max = 1000});
    ASSERT_TRUE(outcome);
    EXPECT_EQ(budget_.live_bytes(), 2000u);
  }
  EXPECT_EQ(budget_.live_bytes(), 0u);
}

TEST_F(RunProcess, MeasuresWhatTheChildUsed) {
  const Result<ProcessOutcome> outcome =
      shell("exec dd if=/dev/zero of=/dev/null bs=64M count=4 2>/dev/null");
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->has_succeeded());
  EXPECT_GE(outcome->rss_max_bytes, 64 * kMiB);
  EXPECT_GT(outcome->user_us + outcome->system_us, 0u);
}

TEST_F(RunProcess, SaysWhenTheResidentSizeIsOurOwn) {
  const std::vector<char> resident(64 * kMiB, 'r');
  const Result<ProcessOutcome> outcome = shell("exit 0");
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->is_rss_only_a_bound);
  EXPECT_EQ(resident.back(), 'r');
}

class RunProcessLimits : public RunProcess {
 protected:
  void expect_refused(const ProcessRequest& request, const char* field, std::uint64_t limit) {
    EXPECT_EQ(text_of(error_of(run_process(request, budget_))),
              text_of(make_error(Code::limit_exceeded)
                          .with_field(field)
                          .with_value(limit + 1)
                          .with_limit(limit)));
  }
  void expect_runs(const ProcessRequest& request) {
    const Result<ProcessOutcome> outcome = run_process(request, budget_);
    ASSERT_TRUE(outcome);
    EXPECT_TRUE(outcome->has_succeeded());
  }

  const std::array<const char*, 3> arguments_{"/bin/sh", "-c", "exit 0"};
};

TEST_F(RunProcessLimits, ArgumentsBelowAtAndAbove) {
  const std::uint64_t limit = kProcessLimits.arguments_max;
  std::vector<const char*> words(limit - 1, "x");
  std::copy(arguments_.begin(), arguments_.end(), words.begin());
  expect_runs({.arguments = words});
  words.push_back("x");
  expect_runs({.arguments = words});
  words.push_back("x");
  expect_refused({.arguments = words}, "process.arguments", limit);
}

TEST_F(RunProcessLimits, EnvironmentBelowAtAndAbove) {
  std::uint64_t inherited = 0;
  while (environ[inherited] != nullptr) ++inherited;
  const std::uint64_t limit = kProcessLimits.environment_max;
  std::vector<const char*> variables(limit - inherited - 1, "REDZONE_OS_MANY=1");
  expect_runs({.arguments = arguments_, .environment = variables});
  variables.push_back("REDZONE_OS_MANY=2");
  expect_runs({.arguments = arguments_, .environment = variables});
  variables.push_back("REDZONE_OS_MANY=3");
  expect_refused({.arguments = arguments_, .environment = variables}, "process.environment", limit);
}

TEST_F(RunProcessLimits, OutputBytesBelowAtAndAbove) {
  const std::uint64_t limit = kProcessLimits.output_bytes_max;
  expect_runs({.arguments = arguments_, .output_bytes_max = limit - 1});
  expect_runs({.arguments = arguments_, .output_bytes_max = limit});
  expect_refused({.arguments = arguments_, .output_bytes_max = limit + 1}, "process.output_bytes",
                 limit);
}

TEST_F(RunProcessLimits, DeadlineBelowAtAndAbove) {
  const std::uint64_t limit = kProcessLimits.deadline_ms_max;
  expect_runs({.arguments = arguments_, .deadline_ms = limit - 1});
  expect_runs({.arguments = arguments_, .deadline_ms = limit});
  expect_refused({.arguments = arguments_, .deadline_ms = limit + 1}, "process.deadline_ms", limit);
}

TEST_F(RunProcessLimits, GraceBelowAtAndAbove) {
  const std::uint64_t limit = kProcessLimits.grace_ms_max;
  expect_runs({.arguments = arguments_, .grace_ms = limit - 1});
  expect_runs({.arguments = arguments_, .grace_ms = limit});
  expect_refused({.arguments = arguments_, .grace_ms = limit + 1}, "process.grace_ms", limit);
}

}  // namespace
}  // namespace redzone::os
