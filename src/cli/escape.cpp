#include "cli/escape.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

namespace redzone::cli {

namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t size = 0;  // bytes; 0 when the text does not begin with valid UTF-8
};

// The first code point of `text`: shortest form only, no surrogates (Unicode 15, table 3-7).
CodePoint decode(std::string_view text) {
  const auto byte = [text](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return {};
  std::uint32_t value = lead & (0x7fu >> size);
  for (std::size_t index = 1; index < size; ++index) {
    if ((byte(index) & 0xc0u) != 0x80u) return {};
    value = value << 6u | (byte(index) & 0x3fu);
  }
  const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  const bool surrogate = value >= 0xd800 && value <= 0xdfff;
  if (overlong || surrogate || value > 0x10ffff) return {};
  return {value, size};
}

// Code points that change how the text around them looks: C1 controls, soft hyphen, Arabic letter
// mark, zero-width and directional marks, line separators, embeddings, isolates, byte order mark,
// and the tag block.
bool is_deceptive(std::uint32_t value) {
  return (value >= 0x80 && value < 0xa0) || value == 0xad || value == 0x61c ||
         (value >= 0x200b && value <= 0x200f) || (value >= 0x2028 && value <= 0x202e) ||
         (value >= 0x2060 && value <= 0x206f) || value == 0xfeff ||
         (value >= 0xe0000 && value <= 0xe007f);
}

}  // namespace

std::string quoted(std::string_view text, std::size_t bytes_max) {
  std::string shown = "\"";
  std::size_t at = 0;
  while (at < text.size() && at < bytes_max) {
    const CodePoint point = decode(text.substr(at));
    const auto byte = static_cast<unsigned char>(text[at]);
    if (point.size > 1 && at + point.size > bytes_max) break;
    if (byte == '\n') {
      shown += "\\n";
    } else if (byte == '\t') {
      shown += "\\t";
    } else if (byte == '"' || byte == '\\') {
      shown += '\\';
      shown += text[at];
    } else if (point.size == 0 || byte < 0x20 || byte == 0x7f) {
      fmt::format_to(std::back_inserter(shown), "\\x{:02x}", byte);
    } else if (is_deceptive(point.value)) {
      fmt::format_to(std::back_inserter(shown), "\\u{{{:x}}}", point.value);
    } else {
      shown += text.substr(at, point.size);
    }
    at += point.size == 0 ? 1 : point.size;
  }
  shown += at < text.size() ? "\"..." : "\"";
  return shown;
}

}  // namespace redzone::cli
