#include "arena/panic.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "redzone/arena/errors.hpp"
#include "redzone/base/error_text.hpp"

namespace redzone {

namespace {

// An error's text, two numbers of 20 digits, and the words between.
class Line {
 public:
  void append(std::string_view text) {
    size_ += text.copy(text_.data() + size_, text_.size() - size_);
  }
  void append(std::size_t number) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    append(std::string_view(digits.data(), end));
  }
  // One call: the message stays whole beside other threads' output.
  void write() const { std::fwrite(text_.data(), 1, size_, stderr); }

 private:
  std::array<char, kErrorTextBytesMax + 200> text_;
  std::size_t size_ = 0;  // <= text_.size()
};

}  // namespace

void panic(const Error& error, std::size_t size_bytes, std::size_t alignment) noexcept {
  Line line;
  line.append("redzone: no block of ");
  line.append(size_bytes);
  line.append(" bytes, alignment ");
  line.append(alignment);
  line.append(": ");
  line.append(ErrorText(error, arena_error_name(error.code)).view());
  line.append("\nNext step: a larger budget or buffer, or another ArenaOverflow than panic\n");
  line.write();
  std::abort();
}

}  // namespace redzone
