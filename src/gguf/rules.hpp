#pragma once
// What is an error and what is only a flag, where that is a matter of policy: the compatible
// profile. Rules that follow from arithmetic stand where the arithmetic is.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "redzone/gguf/errors.hpp"

namespace redzone::gguf {

inline constexpr std::uint64_t kAlignmentDefault = 32;

// From this length on llama.cpp cannot hold a tensor's name.
inline constexpr std::uint64_t kNameBytesFlagged = 64;

[[nodiscard]] constexpr bool is_control(std::byte byte) {
  return byte < std::byte{0x20} || byte == std::byte{0x7f};
}

// A key is printable ASCII. llama.cpp itself writes '-' and upper case.
[[nodiscard]] constexpr bool is_key_char(std::byte byte) {
  return !is_control(byte) && byte < std::byte{0x80};
}

// A name may hold anything but the byte at which a C program would cut it.
[[nodiscard]] constexpr bool is_name_char(std::byte byte) { return byte != std::byte{0}; }

[[nodiscard]] constexpr bool is_alignment(std::uint64_t alignment) {
  return std::has_single_bit(alignment) || (alignment != 0 && alignment % 8 == 0);
}

// Which of the two rules that are around an acceptable alignment breaks: llama.cpp wants a power of
// two, the specification a multiple of 8.
[[nodiscard]] constexpr std::optional<Code> alignment_flag(std::uint64_t alignment) {
  if (!std::has_single_bit(alignment)) return Code::alignment_not_power_of_two;
  if (alignment % 8 != 0) return Code::alignment_not_multiple_of_8;
  return std::nullopt;
}

}  // namespace redzone::gguf
