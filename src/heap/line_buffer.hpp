#pragma once
// A line of text of bounded length, made without allocating; what does not fit is cut.

#include <charconv>
#include <cstddef>
#include <cstdint>

namespace redzone::heap {

class LineBuffer {
 public:
  LineBuffer& add(const char* text) {
    while (*text != '\0' && size_ < kSizeMax) text_[size_++] = *text++;
    return *this;
  }
  LineBuffer& add(std::uint64_t number, int base = 10) {
    const std::to_chars_result end = std::to_chars(text_ + size_, text_ + kSizeMax, number, base);
    if (end.ec == std::errc()) size_ = static_cast<std::size_t>(end.ptr - text_);
    return *this;
  }
  [[nodiscard]] const char* text() const { return text_; }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kSizeMax = 512;
  char text_[kSizeMax];
  std::size_t size_ = 0;  // <= kSizeMax
};

}  // namespace redzone::heap
