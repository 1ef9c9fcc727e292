#include "redzone/gguf/magic.hpp"

#include <algorithm>
#include <array>

namespace redzone::gguf {

namespace {

constexpr std::size_t kLookedAtMax = 64;

constexpr std::string_view kWebPage =
    "a web page (HTML): the download stored an error or log-in page instead of the model";

struct Signature {
  std::string_view begins_with;
  std::string_view description;
};

constexpr std::string_view kOldGgml =
    "a model in a format before GGUF (GGML): convert the original model again";

constexpr std::array<Signature, 16> kSignatures = {{
    {"version https://git-lfs",
     "a git-LFS pointer: the model itself was not fetched; run 'git lfs pull'"},
    {"FUGG", "GGUF with its magic's bytes reversed, which no writer of the format makes"},
    {"gguf", "the magic in lower case, which no writer of the format makes"},
    {"lmgg", kOldGgml},
    {"fmgg", kOldGgml},
    {"tjgg", kOldGgml},
    {"ggml", kOldGgml},
    {"ggmf", kOldGgml},
    {"ggjt", kOldGgml},
    {"algg", "a LoRA adapter in a format before GGUF: convert the original adapter again"},
    {"PK\x03\x04", "a zip archive, as PyTorch writes checkpoints: unpack or convert it"},
    {"PK\x05\x06", "an empty zip archive"},
    {"\x80\x02", "a Python pickle, as old PyTorch checkpoints are: convert it"},
    {"\x1f\x8b", "gzip-compressed data: unpack it"},
    {"\x89HDF", "an HDF5 file, as Keras writes: convert it"},
    {"{\"", "JSON text: an index file, or a server's error message"},
}};

bool is_space(char byte) { return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n'; }

bool begins_with_folded(std::string_view text, std::string_view lower_case) {
  if (text.size() < lower_case.size()) return false;
  return std::ranges::equal(
      text.substr(0, lower_case.size()), lower_case, [](char found, char wanted) {
        return (found >= 'A' && found <= 'Z' ? static_cast<char>(found + ('a' - 'A')) : found) ==
               wanted;
      });
}

bool is_web_page(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // a byte order mark
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  return begins_with_folded(text, "<!doctype") || begins_with_folded(text, "<html");
}

// safetensors begins with the length of a JSON header, which is far below 2^40, and that header.
bool is_safetensors(std::string_view text) {
  return text.size() >= 10 && text.substr(5, 3) == std::string_view("\0\0\0", 3) &&
         text.substr(8, 2) == "{\"";
}

}  // namespace

std::string_view describe_magic(std::span<const std::byte> first_bytes) {
  const std::size_t count = std::min(first_bytes.size(), kLookedAtMax);
  const std::string_view text(reinterpret_cast<const char*>(first_bytes.data()), count);
  if (text.empty()) return "an empty file";
  if (is_web_page(text)) return kWebPage;
  if (is_safetensors(text)) return "a safetensors file: convert it";
  for (const Signature& signature : kSignatures) {
    if (text.starts_with(signature.begins_with)) return signature.description;
  }
  if (std::ranges::all_of(text, [](char byte) { return byte == '\0'; })) {
    return "only zero bytes: a download that reserved its space and did not fill it";
  }
  return {};
}

}  // namespace redzone::gguf
