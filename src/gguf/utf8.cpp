#include "gguf/utf8.hpp"

namespace redzone::gguf {

namespace {

struct Lead {
  std::size_t continuations;  // how many bytes follow
  unsigned second_min;        // the range of the first of them; the others are 0x80 to 0xbf
  unsigned second_max;
};

// What may follow a first byte; no continuations for bytes that begin nothing.
constexpr Lead lead_of(unsigned byte) {
  if (byte >= 0xc2 && byte <= 0xdf) return {1, 0x80, 0xbf};
  if (byte == 0xe0) return {2, 0xa0, 0xbf};  // below: overlong
  if (byte == 0xed) return {2, 0x80, 0x9f};  // above: surrogates
  if (byte >= 0xe1 && byte <= 0xef) return {2, 0x80, 0xbf};
  if (byte == 0xf0) return {3, 0x90, 0xbf};  // below: overlong
  if (byte == 0xf4) return {3, 0x80, 0x8f};  // above: beyond U+10FFFF
  if (byte >= 0xf1 && byte <= 0xf3) return {3, 0x80, 0xbf};
  return {0, 0, 0};
}

}  // namespace

std::size_t utf8_valid_prefix(std::span<const std::byte> text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const auto first = std::to_integer<unsigned>(text[at]);
    if (first < 0x80) {
      ++at;
      continue;
    }
    const Lead lead = lead_of(first);
    if (lead.continuations == 0 || text.size() - at <= lead.continuations) return at;
    const auto second = std::to_integer<unsigned>(text[at + 1]);
    if (second < lead.second_min || second > lead.second_max) return at;
    for (std::size_t index = 2; index <= lead.continuations; ++index) {
      if ((std::to_integer<unsigned>(text[at + index]) & 0xc0) != 0x80) return at;
    }
    at += lead.continuations + 1;
  }
  return at;
}

}  // namespace redzone::gguf
