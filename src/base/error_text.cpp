#include "redzone/base/error_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace redzone {

namespace {

constexpr std::size_t kNameBytesMax = 64;

}  // namespace

ErrorText::ErrorText(const Error& error, std::string_view code_name) {
  append(code_name, kNameBytesMax);
  const std::string_view field = error.field;
  if (!field.empty()) {
    append(": field '", kNameBytesMax);
    append(field, kNameBytesMax);
    append("'", kNameBytesMax);
  }
  if (error.has_offset())
    append_number(field.empty() ? ": at offset " : " at offset ", error.offset);
  if (error.has_value()) append_number(": value ", error.value);
  if (error.has_limit()) append_number(error.has_value() ? ", limit " : ": limit ", error.limit);
}

void ErrorText::append(std::string_view words, std::size_t most) {
  const std::size_t count = std::min({words.size(), most, text_.size() - size_});
  std::memcpy(text_.data() + size_, words.data(), count);
  size_ += count;
}

void ErrorText::append_number(std::string_view words, std::uint64_t number) {
  append(words, kNameBytesMax);
  const std::to_chars_result end =
      std::to_chars(text_.data() + size_, text_.data() + text_.size(), number);
  if (end.ec == std::errc{}) size_ = static_cast<std::size_t>(end.ptr - text_.data());
}

}  // namespace redzone
