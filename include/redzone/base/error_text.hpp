#pragma once
// An Error as one line for people, in a fixed buffer: "CODE: field 'key.length' at offset 24: value
// 18446744073709551615, limit 99". Unknown numbers are left out.
//
// Bounds:  kErrorTextBytesMax bytes, no allocation; a longer field is cut.
// Threads: a value.
// Failure: none.
// Cost:    at most three integer conversions.
//
//   ErrorText text(error, gguf::error_name(error.code));
//   sink.write(LogLevel::error, text.view());

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "redzone/base/error.hpp"

namespace redzone {

// 64 of a code's name, 64 of a field, 3 numbers of 20 digits, and the words between.
inline constexpr std::size_t kErrorTextBytesMax = 256;

class ErrorText {
 public:
  ErrorText(const Error& error, std::string_view code_name);

  [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }

 private:
  void append(std::string_view words, std::size_t most);
  void append_number(std::string_view words, std::uint64_t number);

  std::array<char, kErrorTextBytesMax> text_;
  std::size_t size_ = 0;  // <= kErrorTextBytesMax
};

}  // namespace redzone
