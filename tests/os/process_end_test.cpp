// How run_process ends when the child does not: deadlines, processes left behind, signals,
// descriptors that run out.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "os/pipe.hpp"
#include "redzone/base/bytes.hpp"
#include "redzone/os/descriptor.hpp"
#include "redzone/os/errors.hpp"
#include "redzone/os/file_source.hpp"
#include "redzone/os/process.hpp"
#include "tests/os/error_text_of.hpp"
#include "tests/os/process_probe.hpp"
#include "tests/os/temporary_directory.hpp"

namespace redzone::os {
namespace {

constexpr MemoryBudget::Limits kEnough{.max_single = kMiB, .max_total = 16 * kMiB};

// A child that must be killed sleeps for longer than any test may take.
class ProcessEnds : public ProcessTest {
 protected:
  Result<ProcessOutcome> shell(const char* script, ProcessRequest request = {}) {
    const std::array arguments{"/bin/sh", "-c", script};
    request.arguments = arguments;
    return run_process(request, budget_);
  }
  // Runs with longer and longer deadlines until the script has said "ready" before its own: what it
  // did first is then done however slow the machine is.
  Result<ProcessOutcome> shell_until_ready(const char* script, std::uint64_t grace_ms) {
    Result<ProcessOutcome> outcome;
    for (std::uint64_t deadline_ms = 100; deadline_ms <= 51'200; deadline_ms *= 2) {
      outcome = shell(script, {.deadline_ms = deadline_ms, .grace_ms = grace_ms});
      if (!outcome || outcome->standard_output.text().starts_with("ready\n")) break;
    }
    return outcome;
  }

  MemoryBudget budget_{kEnough};
};

int number_in(std::string_view text) {
  int number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

TEST_F(ProcessEnds, AChildThatOutlivesItsDeadlineGetsSigterm) {
  const std::array arguments{"sleep", "100000"};
  for (const std::uint64_t deadline_ms : {0u, 50u}) {
    const Result<ProcessOutcome> outcome = run_process(
        {.arguments = arguments, .deadline_ms = deadline_ms, .grace_ms = 60'000}, budget_);
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->end, ProcessEnd::timed_out);
    EXPECT_EQ(outcome->signal_number, SIGTERM);
    EXPECT_FALSE(outcome->has_succeeded());
  }
}

TEST_F(ProcessEnds, AChildThatIgnoresSigtermGetsSigkill) {
  const Result<ProcessOutcome> outcome =
      shell_until_ready("trap '' TERM; echo ready; while :; do sleep 100000; done", 50);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->standard_output.text(), "ready\n");
  EXPECT_EQ(outcome->end, ProcessEnd::timed_out);
  EXPECT_EQ(outcome->signal_number, SIGKILL);
}

TEST_F(ProcessEnds, AChildThatHandlesSigtermTellsItsOwnCodeAndHasTimedOut) {
  const Result<ProcessOutcome> outcome = shell_until_ready(
      "trap 'echo cleaned; exit 0' TERM; echo ready; sleep 100000 & wait", 60'000);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->standard_output.text(), "ready\ncleaned\n");
  EXPECT_EQ(outcome->end, ProcessEnd::timed_out);
  EXPECT_EQ(outcome->exit_code, 0);
  EXPECT_FALSE(outcome->has_succeeded());
}

TEST_F(ProcessEnds, TheDeadlineEndsTheWholeGroup) {
  const Result<ProcessOutcome> outcome =
      shell_until_ready("trap '' TERM; sleep 100000 & echo ready; echo $!; wait", 50);
  ASSERT_TRUE(outcome);
  ASSERT_TRUE(outcome->standard_output.text().starts_with("ready\n"));
  const int grandchild = number_in(outcome->standard_output.text().substr(6));
  ASSERT_GT(grandchild, 1);
  EXPECT_TRUE(ends_after_a_while(grandchild));
}

TEST_F(ProcessEnds, AGrandchildThatHoldsThePipeDoesNotHoldUsAndIsKilled) {
  const Result<ProcessOutcome> outcome = shell("sleep 100000 & echo $!");
  ASSERT_TRUE(outcome);
  EXPECT_TRUE(outcome->has_succeeded());
  EXPECT_TRUE(outcome->was_output_held_open);
  const int grandchild = number_in(outcome->standard_output.text());
  ASSERT_GT(grandchild, 1);
  EXPECT_TRUE(ends_after_a_while(grandchild));
}

TEST_F(ProcessEnds, AGrandchildThatHoldsNoPipeIsKilledToo) {
  const Result<ProcessOutcome> outcome = shell("sleep 100000 >/dev/null 2>&1 & echo $!");
  ASSERT_TRUE(outcome);
  EXPECT_FALSE(outcome->was_output_held_open);
  const int grandchild = number_in(outcome->standard_output.text());
  ASSERT_GT(grandchild, 1);
  EXPECT_TRUE(ends_after_a_while(grandchild));
}

TEST_F(ProcessEnds, AGrandchildThatLeftTheGroupHoldsUsNoLongerThanTheDrain) {
  // It writes without end: even then the last look at the pipe is bounded. The child ends only when
  // the other has left.
  const TemporaryDirectory directory;
  const std::string path = directory.path();
  const Result<ProcessOutcome> outcome = shell(
      "setsid sh -c 'trap \"\" PIPE; echo $$ >&2; : >left; while :; do echo more; done "
      "2>/dev/null' &"
      "until [ -e left ]; do sleep 0.01; done",
      {.working_directory = path.c_str(), .output_bytes_max = 1000});
  ASSERT_TRUE(outcome);
  const int grandchild = number_in(outcome->standard_error.text());
  ASSERT_GT(grandchild, 1);
  EXPECT_TRUE(outcome->has_succeeded());
  EXPECT_TRUE(outcome->was_output_held_open);
  EXPECT_FALSE(has_ended(grandchild));
  kill(grandchild, SIGKILL);
  EXPECT_TRUE(ends_after_a_while(grandchild));
}

TEST_F(ProcessEnds, AChildThatClosesItsOutputIsWaitedFor) {
  const Result<ProcessOutcome> outcome = shell("exec >&- 2>&-; sleep 0.2; exit 9");
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->end, ProcessEnd::exited);
  EXPECT_EQ(outcome->exit_code, 9);
}

TEST_F(ProcessEnds, AChildThatDoesNotReadItsInputIsNoErrorAndNoSigpipe) {
  const std::vector<std::byte> input(kMiB);
  for (const char* script :
       {"exec <&-; echo closed; sleep 0.1", "exit 0", "head -c 10 >/dev/null"}) {
    const Result<ProcessOutcome> outcome = shell(script, {.standard_input = input});
    ASSERT_TRUE(outcome) << script;
    EXPECT_TRUE(outcome->has_succeeded()) << script;
    EXPECT_LT(outcome->input_written_bytes, input.size()) << script;
  }
  sigset_t pending;
  ASSERT_EQ(sigpending(&pending), 0);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
  sigset_t blocked;
  ASSERT_EQ(pthread_sigmask(SIG_SETMASK, nullptr, &blocked), 0);
  EXPECT_EQ(sigismember(&blocked, SIGPIPE), 0);
}

TEST_F(ProcessEnds, ASigpipeThatWasPendingBeforeStaysPending) {
  sigset_t sigpipe;
  sigemptyset(&sigpipe);
  sigaddset(&sigpipe, SIGPIPE);
  ASSERT_EQ(pthread_sigmask(SIG_BLOCK, &sigpipe, nullptr), 0);
  ASSERT_EQ(pthread_kill(pthread_self(), SIGPIPE), 0);
  const std::vector<std::byte> input(kMiB);
  EXPECT_TRUE(shell("exec <&-; sleep 0.1", {.standard_input = input}));
  sigset_t pending;
  ASSERT_EQ(sigpending(&pending), 0);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 1);
  constexpr timespec kNow{};
  EXPECT_EQ(sigtimedwait(&sigpipe, nullptr, &kNow), SIGPIPE);
  ASSERT_EQ(pthread_sigmask(SIG_UNBLOCK, &sigpipe, nullptr), 0);
}

TEST_F(ProcessEnds, TheChildInheritsNoIgnoredAndNoBlockedSignal) {
  const auto pipe_before = signal(SIGPIPE, SIG_IGN);
  const auto term_before = signal(SIGTERM, SIG_IGN);
  sigset_t blocked;
  sigset_t mask_before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigaddset(&blocked, SIGPIPE);
  ASSERT_EQ(pthread_sigmask(SIG_BLOCK, &blocked, &mask_before), 0);
  const Result<ProcessOutcome> by_pipe = shell("kill -PIPE $$; echo survived");
  const Result<ProcessOutcome> by_term = shell("kill -TERM $$; echo survived");
  ASSERT_EQ(pthread_sigmask(SIG_SETMASK, &mask_before, nullptr), 0);
  signal(SIGPIPE, pipe_before);
  signal(SIGTERM, term_before);
  ASSERT_TRUE(by_pipe);
  EXPECT_EQ(by_pipe->signal_number, SIGPIPE);
  ASSERT_TRUE(by_term);
  EXPECT_EQ(by_term->signal_number, SIGTERM);
}

TEST_F(ProcessEnds, AParentThatIgnoresItsChildrenIsToldThatItCannotWait) {
  const auto before = signal(SIGCHLD, SIG_IGN);
  const Result<ProcessOutcome> outcome = shell("exit 0");
  signal(SIGCHLD, before);
  ASSERT_FALSE(outcome);
  EXPECT_EQ(text_of(outcome.error()),
            text_of(make_error(Code::wait_failed).with_field("waitid").with_value(ECHILD)));
}

TEST_F(ProcessEnds, TheChildInheritsNoneOfOurDescriptors) {
  const FileSource held = FileSource::open("/proc/self/stat").value();
  std::set<int> expected{0, 1, 2};
  for (const int number : open_descriptors()) {
    if ((fcntl(number, F_GETFD) & FD_CLOEXEC) == 0) expected.insert(number);
  }
  const std::array<std::byte, 1> input{};
  // Built-ins only, so that the shell opens nothing of its own.
  const Result<ProcessOutcome> outcome =
      shell("n=0; while [ $n -lt 64 ]; do [ -e /proc/$$/fd/$n ] && echo $n; n=$((n+1)); done",
            {.standard_input = input});
  ASSERT_TRUE(outcome);
  std::string listed;
  for (const int number : expected) {
    if (number < 64) listed += std::to_string(number) + "\n";
  }
  EXPECT_EQ(outcome->standard_output.text(), listed);
}

TEST_F(ProcessEnds, RunsWhereOurOwnStandardInputIsClosed) {
  const int kept = dup(0);
  close(0);
  const std::array<std::byte, 3> input{std::byte{'a'}, std::byte{'b'}, std::byte{'c'}};
  const Result<ProcessOutcome> with = shell("cat; cat >&2", {.standard_input = input});
  const Result<ProcessOutcome> without = shell("cat; pwd >&2", {.working_directory = "/"});
  if (kept >= 0) {
    dup2(kept, 0);
    close(kept);
  }
  ASSERT_TRUE(with);
  EXPECT_EQ(with->standard_output.text(), "abc");
  EXPECT_EQ(with->standard_error.text(), "");
  ASSERT_TRUE(without);
  EXPECT_EQ(without->standard_output.text(), "");
  EXPECT_EQ(without->standard_error.text(), "/\n");
}

struct StarvedRun {
  Result<ProcessOutcome> outcome;
  bool has_kept_descriptors = false;
};

// Runs `request` while only `free_count` descriptors are to be had. Nothing in between may need one
// for itself. A sanitizer does where it meets an object with virtual functions for the first time
// (clang's UBSan probes it through a pipe) and where it reports (ASan reads /proc/self/maps for the
// bounds of the stack): the first then becomes a false report, and the report a failed CHECK.
StarvedRun run_with_free_descriptors(int free_count, const ProcessRequest& request,
                                     MemoryBudget& budget) {
  constexpr int kFillersMin = 32;  // there are as many to give back, whatever was inherited
  const Descriptor null(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const std::set<int> before = open_descriptors();
  rlimit saved{};
  getrlimit(RLIMIT_NOFILE, &saved);
  rlimit lowered = saved;
  lowered.rlim_cur = static_cast<rlim_t>(*before.rbegin()) + 1 + kFillersMin;
  setrlimit(RLIMIT_NOFILE, &lowered);
  std::vector<int> fillers;
  for (int filler = dup(null.get()); filler >= 0; filler = dup(null.get())) {
    fillers.push_back(filler);
  }
  for (int count = 0; count < free_count; ++count) {
    close(fillers.back());
    fillers.pop_back();
  }
  const std::set<int> filled = open_descriptors();
  StarvedRun run{.outcome = run_process(request, budget)};
  run.has_kept_descriptors = open_descriptors() == filled;
  for (const int filler : fillers) close(filler);
  setrlimit(RLIMIT_NOFILE, &saved);
  return run;
}

// With 0, 1, 2, ... free descriptors each step that needs one fails once.
TEST_F(ProcessEnds, RunningOutOfDescriptorsIsAnErrorThatLeavesNothingBehind) {
  const std::array arguments{"/bin/cat"};
  const std::array<std::byte, 3> input{};
  const ProcessRequest request{
      .arguments = arguments, .working_directory = "/", .standard_input = input};
  ASSERT_TRUE(run_process(request, budget_));  // what is met for the first time is met here
  std::set<std::string_view> failed_fields;
  bool has_run = false;
  for (int free_count = 0; free_count <= 16 && !has_run; ++free_count) {
    const StarvedRun run = run_with_free_descriptors(free_count, request, budget_);
    EXPECT_TRUE(run.has_kept_descriptors) << free_count;
    has_run = run.outcome.has_value();
    if (has_run) continue;
    const Error& error = run.outcome.error();
    EXPECT_EQ(error.value, std::uint64_t{EMFILE});
    EXPECT_TRUE(error.code == error_code(Code::pipe_failed) ||
                error.code == error_code(Code::spawn_failed));
    failed_fields.insert(error.field);
  }
  EXPECT_TRUE(has_run);
  EXPECT_EQ(failed_fields,
            (std::set<std::string_view>{"process.standard_input", "process.standard_output",
                                        "process.standard_error", "process.working_directory"}));
}

TEST_F(ProcessEnds, ThreadsRunChildrenAtTheSameTimeWithoutHoldingEachOther) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 5;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([this, thread] {
      const std::vector<std::byte> input(100'000, static_cast<std::byte>('a' + thread));
      const std::array arguments{"cat"};
      for (int round = 0; round < kRounds; ++round) {
        const Result<ProcessOutcome> outcome =
            run_process({.arguments = arguments, .standard_input = input}, budget_);
        ASSERT_TRUE(outcome);
        EXPECT_TRUE(outcome->has_succeeded());
        EXPECT_EQ(outcome->standard_output.text(),
                  std::string(input.size(), static_cast<char>('a' + thread)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(budget_.live_bytes(), 0u);
}

TEST(Pipe, LeavesTheNumbersOfTheStandardStreamsFree) {
  const int kept = dup(0);
  close(0);
  {
    const Result<Pipe> pipe = make_pipe(PipeUser::reads, "pipe");
    EXPECT_TRUE(pipe);
    if (pipe) {
      for (const int end : {pipe->read_end.get(), pipe->write_end.get()}) {
        EXPECT_GE(end, 3);
        EXPECT_EQ(fcntl(end, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
      }
      // Ours does not wait; the child's does.
      EXPECT_NE(fcntl(pipe->read_end.get(), F_GETFL) & O_NONBLOCK, 0);
      EXPECT_EQ(fcntl(pipe->write_end.get(), F_GETFL) & O_NONBLOCK, 0);
    }
  }
  if (kept >= 0) {
    dup2(kept, 0);
    close(kept);
  }
}

TEST(Pipe, AReadAndAWriteThatTheSystemFailsSayWhere) {
  CapturedOutput output;
  output.total_bytes = 7;
  const Result<bool> collected = collect(-1, output, 1);
  ASSERT_FALSE(collected);
  EXPECT_EQ(
      text_of(collected.error()),
      text_of(make_error(Code::read_failed).with_field("read").with_offset(7).with_value(EBADF)));
  const std::array<std::byte, 1> bytes{};
  const Result<WriteStep> step = write_some(-1, bytes, 9);
  ASSERT_FALSE(step);
  EXPECT_EQ(text_of(step.error()), text_of(make_error(Code::write_failed)
                                               .with_field("process.standard_input")
                                               .with_offset(9)
                                               .with_value(EBADF)));
}

}  // namespace
}  // namespace redzone::os
