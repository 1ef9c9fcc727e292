#include "testing/frame_names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace redzone::testing {
namespace {

// The parenthesis that opens the arguments which the last one closes; npos for a C name.
std::size_t arguments_begin(std::string_view function) {
  const std::size_t close = function.rfind(')');
  if (close == std::string_view::npos) return close;
  std::size_t depth = 0;
  for (std::size_t i = close + 1; i-- > 0;) {
    if (function[i] == ')') ++depth;
    if (function[i] == '(' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

// Without what a compiler has added to the name of a copy: " (.isra.0)", " [clone .part.0]".
std::string_view without_clone(std::string_view function) {
  function = function.substr(0, function.find(" [clone "));
  return function.substr(0, function.rfind(" (."));
}

// Where the name begins: "ns::grow<int>" of "void ns::grow<int>(int)", because demangled templates
// begin with what they return. A space behind a parenthesis belongs to the name, as in "f() const".
std::size_t name_begin(std::string_view head) {
  if (head.find("operator ") != std::string_view::npos) return 0;
  const bool is_decltype = head.substr(0, 9) == "decltype(";
  std::size_t depth = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '<' || head[i] == '(') ++depth;
    if ((head[i] == '>' || head[i] == ')') && depth > 0) --depth;
    if (head[i] != ' ' || depth > 0 || i == 0) continue;
    if (head[i - 1] == ')' && !(is_decltype && begin == 0)) continue;
    if (head.substr(i + 1, 1) != "(") begin = i + 1;
  }
  return begin;
}

std::string_view qualified_name(std::string_view function) {
  function = without_clone(function);
  const std::string_view head = function.substr(0, arguments_begin(function));
  return head.substr(name_begin(head));
}

bool starts_with_one_of(std::string_view name, const std::string_view* begin,
                        const std::string_view* end) {
  return std::any_of(
      begin, end, [&](std::string_view prefix) { return name.substr(0, prefix.size()) == prefix; });
}

}  // namespace

std::string frame_text(std::string_view function, std::string_view place) {
  function = without_clone(function);
  function.remove_prefix(name_begin(function.substr(0, arguments_begin(function))));
  std::string text;
  const std::size_t open = arguments_begin(function);
  if (open == std::string_view::npos) {
    text = function;
  } else {
    const std::size_t close = function.rfind(')');
    text = function.substr(0, open);
    text += close == open + 1 ? "()" : "(...)";
    text += function.substr(close + 1);
  }
  if (text.size() > kFunctionBytesMax) {
    text.resize(kFunctionBytesMax);
    text += "...";
  }
  if (place.empty()) return text;
  const std::size_t slash = place.rfind('/');
  text += ' ';
  text += slash == std::string_view::npos ? place : place.substr(slash + 1);
  return text;
}

bool is_plumbing(std::string_view function) {
  static constexpr std::array<std::string_view, 22> kPrefixes = {
      "operator new",    "operator delete", "malloc",          "calloc",      "realloc",
      "reallocarray",    "__interceptor_",  "___interceptor_", "__wrap_",     "__real_",
      "posix_memalign",  "aligned_alloc",   "memalign",        "valloc",      "pvalloc",
      "strdup",          "strndup",         "std::",           "__gnu_cxx::", "redzone_heap_",
      "redzone::heap::", "__libc_"};
  return starts_with_one_of(qualified_name(function), kPrefixes.begin(), kPrefixes.end());
}

bool is_framework(std::string_view function) {
  return qualified_name(function).substr(0, 9) == "testing::";
}

bool is_harness(std::string_view function, std::string_view place) {
  static constexpr std::array<std::string_view, 16> kPrefixes = {
      "testing::",
      "__libc_start",
      "_start",
      "start_thread",
      "redzone::testing::detail::",
      "redzone::testing::measure<",
      "redzone::testing::oom_safe<",
      "redzone::testing::io_safe<",
      "redzone::testing::torture_",
      "redzone::testing::TortureLoop::",
      "redzone::testing::run_block",
      "redzone::testing::run_in_child",
      "redzone::testing::(anonymous namespace)::run_once",
      "redzone::testing::(anonymous namespace)::be_the_child",
      "redzone::testing::(anonymous namespace)::OomTorture::",
      "redzone::testing::(anonymous namespace)::IoTorture::"};
  // The functions of ours that a debugger's name does not tell from others.
  return place.find("/include/redzone/testing/") != std::string_view::npos ||
         place.find("src/testing/attack.cpp:") != std::string_view::npos ||
         starts_with_one_of(qualified_name(function), kPrefixes.begin(), kPrefixes.end());
}

}  // namespace redzone::testing
