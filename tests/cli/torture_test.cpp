// The whole program while memory fails, each distinct call stack once: whatever it was doing, it
// says so on standard error and ends with the status for it. Never a signal, and never a clean
// status with half of the output.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_status.hpp"
#include "cli/run.hpp"
#include "redzone/heap/fault_plan.hpp"
#include "redzone/heap/figures.hpp"
#include "redzone/heap/limits.hpp"
#include "tests/support/gguf_builder.hpp"
#include "tests/support/run_redzone.hpp"
#include "tests/support/torture_reach.hpp"

namespace redzone::cli {
namespace {

using Words = std::vector<const char*>;

// How a run of the program in a process of its own ended.
struct Ended {
  int wait_status = -1;
  std::string out;
  std::string err;

  [[nodiscard]] bool has_status(ExitStatus status) const {
    return WIFEXITED(wait_status) && WEXITSTATUS(wait_status) == static_cast<int>(status);
  }
};

class CliTorture : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!tests::is_torture_whole()) GTEST_SKIP() << "not measured: this build misses failures";
    tests::expect_torture_is_real();
    tests::GgufBuilder file;
    file.string("general.name", "a \"name\"").array("a.list", 4, 2, [](tests::GgufBytes& to) {
      to.u32(1).u32(2);
    });
    file.tensor({.name = "one"}).trailing(1);
    const std::vector<std::byte> image = file.build();
    folder_.write("model.gguf", {reinterpret_cast<const char*>(image.data()), image.size()});
    model_ = (folder_.path() / "model.gguf").string();
  }

  [[nodiscard]] std::string path_of(const char* name) const { return folder_.path() / name; }

  // Runs the program in a child, by `plan`.
  [[nodiscard]] Ended run_by(const heap::FaultPlan& plan, const Words& words) const {
    folder_.write("out", "");
    folder_.write("err", "");
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      for (const auto& [name, number] : {std::pair("out", STDOUT_FILENO), {"err", STDERR_FILENO}}) {
        ::dup2(::open(path_of(name).c_str(), O_WRONLY | O_CLOEXEC), number);
      }
      heap::arm(plan);
      const int status = run_program(words);
      heap::disarm();
      std::fflush(nullptr);
      ::_exit(status);
    }
    Ended ended;
    EXPECT_EQ(::waitpid(child, &ended.wait_status, 0), child);
    ended.out = text_of("out");
    ended.err = text_of("err");
    return ended;
  }

  // The allocations that are the first of their call stack.
  [[nodiscard]] static std::vector<std::uint64_t> firsts(const Words& words) {
    std::vector<std::uint64_t> numbers(heap::kStacksMax);
    std::FILE* nowhere = std::fopen("/dev/null", "w");
    heap::arm({.nth = 0, .among = heap::Among::new_stacks});
    const int status = run(words, nowhere, nowhere);
    heap::disarm();
    std::fclose(nowhere);
    EXPECT_EQ(status, 0);
    numbers.resize(heap::stack_firsts(numbers.data(), numbers.size()));
    return numbers;
  }

  void expect_stands(const Words& words) const {
    const Ended whole = run_by({.nth = 0}, words);
    ASSERT_TRUE(whole.has_status(ExitStatus::clean)) << whole.err;
    const std::vector<std::uint64_t> numbers = firsts(words);
    ASSERT_GT(numbers.size(), 20U);
    // A fork costs ten times as much with the shadow of a sanitizer: a sample stands for all there.
    const std::size_t step = heap::back_end() == heap::BackEnd::interposer ? 1 : 16;
    for (std::size_t index = 0; index < numbers.size(); index += step) {
      const std::uint64_t number = numbers[index];
      for (const bool for_ever : {false, true}) {
        const Ended ended = run_by({.nth = number, .for_ever = for_ever}, words);
        if (ended.has_status(ExitStatus::clean) && ended.out == whole.out) continue;
        ASSERT_TRUE(ended.has_status(ExitStatus::could_not_run))
            << "allocation " << number << (for_ever ? " and all after it" : "") << ", wait status "
            << ended.wait_status << "\n"
            << ended.err;
        EXPECT_TRUE(ended.err.find("out of memory") != std::string::npos ||
                    ended.err.find("OUT_OF_MEMORY") != std::string::npos)
            << number << ": " << ended.err;
      }
    }
  }

  std::string model_;

 private:
  [[nodiscard]] std::string text_of(const char* name) const {
    std::ifstream file(path_of(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  Folder folder_;
};

TEST_F(CliTorture, GgufInfo) { expect_stands({"redzone", "gguf", "info", model_.c_str()}); }

TEST_F(CliTorture, GgufInfoAsJson) {
  expect_stands({"redzone", "gguf", "info", "--json", model_.c_str()});
}

}  // namespace
}  // namespace redzone::cli
