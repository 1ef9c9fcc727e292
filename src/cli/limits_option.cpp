#include "cli/limits_option.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <vector>

#include "cli/escape.hpp"
#include "cli/nearest.hpp"
#include "redzone/base/bytes.hpp"
#include "redzone/base/checked.hpp"

namespace redzone::cli {

namespace {

constexpr std::size_t kWordBytesShown = 200;

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const std::from_chars_result read = std::from_chars(begin, end, number);
  if (read.ec != std::errc{}) return std::nullopt;
  const std::string_view unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  std::uint64_t scale = 0;
  if (unit.empty()) scale = 1;
  if (unit == "KiB") scale = kKiB;
  if (unit == "MiB") scale = kMiB;
  if (unit == "GiB") scale = kGiB;
  const Result<std::uint64_t> product = checked_mul(number, scale);
  if (scale == 0 || !product) return std::nullopt;
  return *product;
}

std::string unknown_key(std::string_view name) {
  std::vector<std::string> names;
  names.reserve(gguf::kLimitFields.size());
  for (const gguf::LimitField& field : gguf::kLimitFields) names.emplace_back(field.name);
  const std::string_view near = nearest(name, names);
  return near.empty() ? fmt::format("no limit is called {}; there are {}",
                                    quoted(name, kWordBytesShown), fmt::join(names, ", "))
                      : fmt::format("no limit is called {}; did you mean '{}'?",
                                    quoted(name, kWordBytesShown), near);
}

}  // namespace

std::optional<std::string> apply_limits(std::string_view text, gguf::Limits& limits) {
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view part = text.substr(0, comma);
    text.remove_prefix(std::min(comma + 1, text.size()));
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) {
      return fmt::format("{} is no KEY=VALUE", quoted(part, kWordBytesShown));
    }
    const std::string_view name = part.substr(0, equals);
    const auto* field =
        std::find_if(gguf::kLimitFields.begin(), gguf::kLimitFields.end(),
                     [name](const gguf::LimitField& known) { return known.name == name; });
    if (field == gguf::kLimitFields.end()) return unknown_key(name);
    const std::optional<std::uint64_t> number = parse_number(part.substr(equals + 1));
    if (!number) {
      return fmt::format("{} is no whole number of 64 bits, with KiB, MiB or GiB if wanted",
                         quoted(part, kWordBytesShown));
    }
    limits.*(field->member) = *number;
  }
  if (const Status valid = check_limits(limits); !valid) {
    const Error& error = valid.error();
    return fmt::format("{}={} is out of range: {} {}", error.field, error.value,
                       error.value > error.limit ? "at most" : "at least", error.limit);
  }
  return std::nullopt;
}

std::string limits_help() {
  const gguf::Limits defaults;
  std::string text = "\nLimits (docs/gguf.md says what each bounds), all inclusive:\n";
  fmt::format_to(std::back_inserter(text), "  {:<15} {:>10} {:>10} {:>20}\n", "KEY", "default",
                 "least", "most");
  for (const gguf::LimitField& field : gguf::kLimitFields) {
    fmt::format_to(std::back_inserter(text), "  {:<15} {:>10} {:>10} {:>20}\n", field.name,
                   defaults.*(field.member), field.least, field.most);
  }
  return text;
}

}  // namespace redzone::cli
