#pragma once
// The functions of a component's public headers that can fail, read from the headers themselves,
// held against the list of those that are tortured: a function that is added without torture, and a
// torture that went away, are both noticed.
//
//   expect_all_tortured("os", __FILE__, {{"random.hpp: random_key",
//   "OsTorture.AKeyTakesNoMemory"}});

#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "tests/support/torture_reach.hpp"

namespace redzone::tests {

inline std::string text_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// Without comments, so that an example in one is no declaration.
inline std::string code_of_file(const std::filesystem::path& path) {
  const std::string text = text_of_file(path);
  std::string code;
  for (std::size_t at = 0; at < text.size();) {
    if (text.compare(at, 2, "//") == 0) at = std::min(text.find('\n', at), text.size());
    if (at < text.size()) code += text[at++];
  }
  return code;
}

// Behind the type at `begin`, whose template arguments end with the bracket that closes the first.
inline std::size_t end_of_type(std::string_view code, std::size_t begin) {
  std::size_t at = code.find_first_of("< ", begin);
  std::size_t depth = 0;
  while (at < code.size() && (depth > 0 || code[at] == '<')) {
    if (code[at] == '<') ++depth;
    if (code[at] == '>') --depth;
    ++at;
  }
  return at;
}

// "open" of "Result<FileSource> open(const char* path)"; "" where no function is declared.
inline std::string name_after_type(std::string_view code, std::size_t begin) {
  std::size_t at = end_of_type(code, begin);
  while (at < code.size() && std::isspace(static_cast<unsigned char>(code[at])) != 0) ++at;
  std::string name;
  const auto is_word = [](char character) {
    return std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '_';
  };
  while (at < code.size() && is_word(code[at])) name += code[at++];
  return at < code.size() && code[at] == '(' ? name : "";
}

// Without what a class keeps for itself: from "private:" to the end of the class.
inline std::string without_private_part(const std::string& code) {
  std::string rest;
  for (std::size_t at = 0; at < code.size();) {
    const std::size_t begin = std::min(code.find("\n private:", at), code.size());
    rest.append(code, at, begin - at);
    at = begin == code.size() ? begin : std::min(code.find("\n};", begin), code.size());
  }
  return rest;
}

// "file_source.hpp: open" for each.
inline std::set<std::string> fallible_functions(const std::filesystem::path& headers) {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(headers)) {
    if (entry.path().extension() != ".hpp") continue;
    const std::string code = without_private_part(code_of_file(entry.path()));
    for (const std::string_view type : {"Result<", "Status "}) {
      for (std::size_t at = code.find(type); at != std::string::npos;
           at = code.find(type, at + 1)) {
        const std::string name = name_after_type(code, at);
        if (!name.empty()) found.insert(entry.path().filename().string() + ": " + name);
      }
    }
  }
  return found;
}

// Whether `source` has the test "Suite.Name", and a torture in it.
inline bool is_torture(std::string_view source, const std::string& test) {
  const std::size_t dot = test.find('.');
  const std::size_t begin =
      source.find("(" + test.substr(0, dot) + ", " + test.substr(dot + 1) + ")");
  if (begin == std::string_view::npos) return false;
  const std::string_view body = source.substr(begin, source.find("\n}\n", begin) - begin);
  for (const std::string_view assertion : {"EXPECT_OOM_SAFE", "EXPECT_NO_ALLOCATION"}) {
    if (body.find(assertion) != std::string_view::npos) return true;
  }
  return false;
}

// `tortured` names each function, and the test of `file` that lets its memory fail, or shows that
// it takes none; and those tests really do so.
inline void expect_all_tortured(
    const std::string& component, const char* file,
    std::initializer_list<std::pair<const char*, const char*>> tortured) {
  expect_torture_is_real();
  const std::filesystem::path root(REDZONE_SOURCE_DIR);
  const std::string source =
      text_of_file(root / "tests" / component / std::filesystem::path(file).filename());
  std::set<std::string> listed;
  for (const auto& [function, test] : tortured) {
    listed.insert(function);
    EXPECT_TRUE(is_torture(source, test)) << test << ", for " << function;
  }
  EXPECT_EQ(listed, fallible_functions(root / "include" / "redzone" / component))
      << "Next step: torture the function, and name it in the list of " << file;
}

}  // namespace redzone::tests
