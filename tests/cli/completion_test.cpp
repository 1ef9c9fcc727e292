#include <gtest/gtest.h>

#include <array>
#include <string>

#include "redzone/base/bytes.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/os/process.hpp"
#include "tests/support/run_redzone.hpp"

namespace redzone::cli {
namespace {

TEST(Completion, IsAsApprovedInEachShell) {
  const Folder folder;
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const Said said = run_redzone(folder, {"completion", shell});
    EXPECT_EQ(said.status, 0);
    EXPECT_EQ(said.err, "");
    expect_golden(std::string("completion.") + shell, said.out);
  }
}

TEST(Completion, NamesTheShellThatItDoesNotKnowAndTheNearest) {
  const Folder folder;
  const Said said = run_redzone(folder, {"completion", "fsih"});
  EXPECT_EQ(said.status, 2);
  EXPECT_EQ(said.out, "");
  EXPECT_EQ(said.err,
            "redzone completion: no script for the shell \"fsih\"; did you mean 'fish'?\n");
}

// What bash offers after the words of `typed`, one a line, by the script itself.
std::string offered(const std::string& typed) {
  const Folder folder;
  folder.write("model.gguf", "");
  folder.write("complete.bash", run_redzone(folder, {"completion", "bash"}).out);
  const std::string program = "source ./complete.bash; COMP_WORDS=(" + typed +
                              "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _redzone; "
                              "rm complete.bash; printf '%s\\n' \"${COMPREPLY[@]}\"";
  const std::array words{"bash", "-c", program.c_str()};
  MemoryBudget budget{{.max_single = 1_MiB, .max_total = 4_MiB}};
  const Result<os::ProcessOutcome> outcome =
      os::run_process({.arguments = words, .working_directory = folder.path().c_str()}, budget);
  return outcome ? std::string(outcome->standard_output.text()) : "bash could not be run";
}

TEST(Completion, OffersInBashWhatMayFollow) {
  EXPECT_EQ(offered("redzone g"), "gguf\n");
  EXPECT_EQ(offered("redzone gguf i"), "info\n");
  EXPECT_EQ(offered("redzone gguf info --j"), "--json\n");
  EXPECT_EQ(offered("redzone gguf info --json m"), "model.gguf\n");
  EXPECT_EQ(offered("redzone completion z"), "zsh\n");
}

}  // namespace
}  // namespace redzone::cli
