#pragma once
// Runs the built program as a user would, in a folder of its own, and compares what it says with
// the approved text in tests/golden. REDZONE_UPDATE_GOLDEN=1 writes the approved text instead:
// read the difference before it is committed.

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "redzone/base/bytes.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/os/process.hpp"

namespace redzone::cli {

// A temporary folder that goes with the test.
class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "redzone-cli-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  void write(const std::string& name, std::string_view content) const {
    std::ofstream(path_ / name, std::ios::binary) << content;
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct Said {
  int status = -1;
  std::string out;
  std::string err;
};

// `redzone arguments...` in `folder`, with `input` as standard input.
inline Said run_redzone(const Folder& folder, std::initializer_list<std::string> arguments,
                        std::string_view input = "") {
  MemoryBudget budget{{.max_single = 4_MiB, .max_total = 16_MiB}};
  std::vector<const char*> words{REDZONE_PROGRAM};
  for (const std::string& argument : arguments) words.push_back(argument.c_str());
  // Under Valgrind the program is followed into; what it says on standard error is compared, so
  // Valgrind speaks there only when it has something to report (and then the status is its own),
  // also where a .valgrindrc wants the list of used suppressions.
  const char* valgrind = std::getenv("VALGRIND_OPTS");
  const std::string quiet =
      "VALGRIND_OPTS=" +
      (valgrind == nullptr ? "" : std::string(valgrind) + " --quiet --show-error-list=no");
  const std::array environment{"NO_COLOR=1", "LC_ALL=C", quiet.c_str()};
  const Result<os::ProcessOutcome> outcome =
      os::run_process({.arguments = words,
                       .environment = environment,
                       .working_directory = folder.path().c_str(),
                       .standard_input = std::as_bytes(std::span(input)),
                       .output_bytes_max = 1_MiB},
                      budget);
  if (!outcome) {
    ADD_FAILURE() << "redzone could not be run";
    return {};
  }
  EXPECT_EQ(outcome->end, os::ProcessEnd::exited);
  EXPECT_FALSE(outcome->standard_output.is_truncated());
  return {.status = outcome->exit_code,
          .out = std::string(outcome->standard_output.text()),
          .err = std::string(outcome->standard_error.text())};
}

inline void expect_golden(const std::string& name, const std::string& text) {
  const std::filesystem::path path = std::filesystem::path(REDZONE_GOLDEN_DIR) / name;
  if (std::getenv("REDZONE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << "no approved text " << path << ": run with REDZONE_UPDATE_GOLDEN=1, read it";
  const std::string approved((std::istreambuf_iterator<char>(file)), {});
  EXPECT_EQ(text, approved) << "differs from " << path;
}

}  // namespace redzone::cli
