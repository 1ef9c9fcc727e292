#include "testing/text.hpp"

#include "redzone/base/bytes.hpp"

namespace redzone::testing {
namespace {

std::string in_unit(std::uint64_t bytes, std::uint64_t unit, const char* name) {
  // A tenth of a unit is exact enough; the division first keeps what is near 2^64 in range.
  const std::uint64_t whole = bytes / unit;
  const std::uint64_t tenths = ((bytes % unit) * 10 + unit / 2) / unit;
  return std::to_string(whole + tenths / 10) + '.' + std::to_string(tenths % 10) + ' ' + name;
}

}  // namespace

std::string bytes_text(std::uint64_t bytes) {
  if (bytes < kKiB) return count_text(bytes, "byte");
  if (bytes < kMiB) return in_unit(bytes, kKiB, "KiB");
  if (bytes < kGiB) return in_unit(bytes, kMiB, "MiB");
  return in_unit(bytes, kGiB, "GiB");
}

std::string count_text(std::uint64_t count, std::string_view noun) {
  std::string text = std::to_string(count);
  text += ' ';
  text += noun;
  if (count != 1) text += 's';
  return text;
}

std::string exceeds_text(std::string_view what, std::uint64_t measured, std::uint64_t limit) {
  std::string measured_text = bytes_text(measured);
  std::string limit_text = bytes_text(limit);
  if (measured_text == limit_text) {
    measured_text = count_text(measured, "byte");
    limit_text = count_text(limit, "byte");
  }
  std::string text(what);
  text += ' ';
  text += measured_text;
  text += " exceeds the limit of ";
  text += limit_text;
  return text;
}

}  // namespace redzone::testing
