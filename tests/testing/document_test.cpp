// Holds the examples of docs/testing.md to files that are compiled.

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

namespace redzone::testing {
namespace {

std::string trimmed(const std::string& line) {
  const std::size_t begin = line.find_first_not_of(' ');
  return begin == std::string::npos ? "" : line.substr(begin);
}

// The lines of a file, without indentation and empty ones.
std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!trimmed(line).empty()) lines.push_back(trimmed(line));
  }
  return lines;
}

// Each line of a block of this language has to stand in the file, in order.
void expect_blocks_in(const std::string& language, const std::string& path) {
  const std::vector<std::string> source = lines_of(path);
  ASSERT_FALSE(source.empty()) << path;
  bool is_inside = false;
  int block_count = 0;
  std::size_t next = 0;
  for (const std::string& line : lines_of(REDZONE_TESTING_DOCUMENT)) {
    if (line.starts_with("```")) {
      is_inside = line == "```" + language;
      if (is_inside) ++block_count;
      next = 0;
      continue;
    }
    if (!is_inside) continue;
    while (next < source.size() && source[next] != line) ++next;
    EXPECT_LT(next, source.size()) << "not in " << path << ", after the lines before it: " << line;
  }
  EXPECT_GT(block_count, 0);
}

TEST(TestingDocument, ItsExamplesAreCompiled) { expect_blocks_in("cpp", REDZONE_TESTING_RECIPES); }

TEST(TestingDocument, ItsBuildFileIsThatOfAConsumer) {
  expect_blocks_in("cmake", REDZONE_TESTING_CONSUMER);
}

}  // namespace
}  // namespace redzone::testing
