#include "testing/injection.hpp"

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "testing/modules.hpp"
#include "testing/text.hpp"

namespace redzone::testing {
namespace {

std::atomic<bool> g_is_only_used{false};
// The test that REDZONE_TORTURE_ONLY names.
std::atomic<bool> g_has_only_test{false};
std::atomic<bool> g_has_only_started{false};

std::string_view only_value() {
  const char* const value = std::getenv("REDZONE_TORTURE_ONLY");
  return value == nullptr ? std::string_view() : std::string_view(value);
}

std::string how_of(const Injection& injection) {
  return std::string(injection.key) + (injection.for_ever ? "for-ever" : "once");
}

std::string test_name(const TestSite& site) { return std::string(site.suite) + '.' + site.test; }

// Takes what stands behind the last colon off the text.
std::string_view take_last(std::string_view& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  const std::string_view last = text.substr(colon + 1);
  text = text.substr(0, colon);
  return last;
}

std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

// As a shell takes it for one word.
std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./+,:@%=";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) c == '\'' ? word += "'\\''" : word += c;
  return word + '\'';
}

}  // namespace

std::string injection_text(const Injection& injection, std::uint64_t size_bytes) {
  std::string text = injection.noun;
  text += ' ' + std::to_string(injection.number) + " of " + std::to_string(injection.total);
  if (size_bytes > 0) text += " (" + bytes_text(size_bytes) + ")";
  if (injection.for_ever) text += " and all after it";
  text += ' ';
  text += injection.verb;
  if (!injection.for_ever) text += " once";
  return text;
}

std::string again_text(const Injection& injection, const TestSite& site) {
  std::string text = "REDZONE_TORTURE_ONLY='" + test_name(site);
  text += ':' + std::to_string(site.line);
  text += ':' + std::to_string(injection.number);
  text += ':' + how_of(injection) + "' ";
  text += shell_word(program_path());
  return text + " --gtest_filter='" + test_name(site) + "'";
}

void tell_only_of_test(std::string_view suite, std::string_view test, bool is_started) {
  std::string_view value = only_value();
  for (int i = 0; i < 3; ++i) take_last(value);
  const std::string suite_name(suite);
  // The patterns are those of code outside of a test.
  if (value != suite_name + '.' + std::string(test) && value != suite_name + ".*" &&
      value != "*.*") {
    return;
  }
  g_has_only_test = true;
  if (is_started) g_has_only_started = true;
}

Only::Only(const TestSite& site) {
  std::string_view value = only_value();
  is_set_ = !value.empty();
  if (!is_set_) return;
  how_ = take_last(value);
  number_ = number_of(take_last(value));
  const std::uint64_t line = number_of(take_last(value));
  is_mine_ = value == test_name(site) && line == static_cast<std::uint64_t>(site.line);
}

bool Only::allows(const Injection& injection) const {
  if (!is_set_) return true;
  const bool is_allowed = is_mine_ && injection.number == number_ && how_of(injection) == how_;
  if (is_allowed) g_is_only_used = true;
  return is_allowed;
}

std::string unused_only() {
  const char* const shards = std::getenv("GTEST_TOTAL_SHARDS");
  const bool is_shard = shards != nullptr && std::string_view(shards) != "1";
  const bool is_of_another_shard = is_shard && g_has_only_test && !g_has_only_started;
  return g_is_only_used || is_of_another_shard ? "" : std::string(only_value());
}

}  // namespace redzone::testing
