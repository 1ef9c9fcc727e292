#pragma once
// The format's fixed-size parts, read one after another from a window: numbers in the file's byte
// order, and lengths, which version 1 writes in 32 bits and later versions in 64.

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "gguf/error_at.hpp"
#include "gguf/window.hpp"
#include "redzone/base/result.hpp"
#include "redzone/gguf/types.hpp"

namespace redzone::gguf {

// How this file writes numbers.
struct Encoding {
  Endianness endianness = Endianness::little;
  std::uint32_t version = 3;

  [[nodiscard]] constexpr bool is_swapped() const {
    return (endianness == Endianness::little) != (std::endian::native == std::endian::little);
  }
  // Bytes of a count, a length or a dimension.
  [[nodiscard]] constexpr std::uint64_t length_bytes() const { return version == 1 ? 4 : 8; }
  // The fewest bytes an entry can have; they bound the counts before memory is taken for them.
  [[nodiscard]] constexpr std::uint64_t header_bytes() const { return 8 + 2 * length_bytes(); }
  [[nodiscard]] constexpr std::uint64_t key_value_bytes_min() const { return length_bytes() + 5; }
  [[nodiscard]] constexpr std::uint64_t descriptor_bytes_min() const { return length_bytes() + 16; }
};

template <class Number>
[[nodiscard]] Number load(std::span<const std::byte> bytes, bool is_swapped) {
  Number number;
  REDZONE_DCHECK(bytes.size() >= sizeof number);
  std::memcpy(&number, bytes.data(), sizeof number);
  return is_swapped ? std::byteswap(number) : number;
}

class Fields {
 public:
  // Both outlive this object.
  Fields(Window& window, const Encoding& encoding) : window_(&window), encoding_(encoding) {}

  [[nodiscard]] Window& window() const { return *window_; }
  [[nodiscard]] const Encoding& encoding() const { return encoding_; }
  [[nodiscard]] std::uint64_t position() const { return window_->position(); }
  [[nodiscard]] std::uint64_t remaining() const { return window_->remaining(); }

  // Each reads the number named `field` and moves on behind it; TRUNCATED_VALUE when the file ends
  // before it does.
  [[nodiscard]] Result<std::uint32_t> u32(const char* field) const {
    return number<std::uint32_t>(field);
  }
  [[nodiscard]] Result<std::uint64_t> u64(const char* field) const {
    return number<std::uint64_t>(field);
  }
  [[nodiscard]] Result<std::uint64_t> length(const char* field) const {
    if (encoding_.length_bytes() == 8) return u64(field);
    const Result<std::uint32_t> narrow = u32(field);
    if (!narrow) return fail(narrow.error());
    return std::uint64_t{*narrow};
  }

  // The length of a string, which lies wholly in the file; STRING_EXCEEDS_FILE when it does not.
  [[nodiscard]] Result<std::uint64_t> string_length(const char* field) const {
    const std::uint64_t place = position();
    const Result<std::uint64_t> size_bytes = length(field);
    if (!size_bytes) return fail(size_bytes.error());
    if (*size_bytes > remaining()) {
      return fail(error_at(Code::string_exceeds_file, field, place)
                      .with_value(*size_bytes)
                      .with_limit(remaining()));
    }
    return *size_bytes;
  }

  // Bytes of a scalar of 1, 2, 4 or 8 bytes, widened.
  [[nodiscard]] Result<std::uint64_t> scalar(std::uint64_t size_bytes, const char* field) const;

 private:
  template <class Number>
  [[nodiscard]] Result<Number> number(const char* field) const {
    const Status there = require(sizeof(Number), field);
    if (!there) return fail(there.error());
    const Result<std::span<const std::byte>> bytes = window_->look(sizeof(Number));
    if (!bytes) return fail(bytes.error());
    const Number found = load<Number>(*bytes, encoding_.is_swapped());
    window_->skip(sizeof(Number));
    return found;
  }

  [[nodiscard]] Status require(std::uint64_t size_bytes, const char* field) const {
    if (size_bytes <= remaining()) return {};
    return fail(error_at(Code::truncated_value, field, position())
                    .with_value(size_bytes)
                    .with_limit(remaining()));
  }

  Window* window_;
  Encoding encoding_;
};

}  // namespace redzone::gguf
