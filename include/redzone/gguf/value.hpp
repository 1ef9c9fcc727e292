#pragma once
// A metadata value, as a small fixed-size thing: a number, the beginning of a string, or what an
// array consists of. Cursors fill it in; it never owns memory.
//
// Bounds:  no allocation; a string is cut, its full length is kept.
// Threads: a value. `text` and `first()` point into the cursor that made it, until its next call.
// Failure: asking for what the type is not gives an empty optional.
// Cost:    a switch.
//
//   if (std::optional<std::uint64_t> blocks = entry.value.as_unsigned()) ...

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "redzone/gguf/types.hpp"

namespace redzone::gguf {

struct Value {
  ValueType type = ValueType::u8;
  std::uint64_t bits = 0;  // of a scalar, as in the file, in this machine's byte order

  // Of a string: its first bytes, exactly as in the file, and all of its bytes counted.
  std::string_view text;
  // Of a string its bytes, of an array its elements.
  std::uint64_t length = 0;

  ValueType element_type = ValueType::u8;  // of an array
  const Value* first_elements = nullptr;   // of an outermost array; see first()
  std::uint64_t first_count = 0;           // <= kFirstElementsMax, <= length

  // The first elements of an outermost array; of an array within an array, none.
  [[nodiscard]] std::span<const Value> first() const {
    return {first_elements, static_cast<std::size_t>(first_count)};
  }

  // Any unsigned type, or a signed one that is not negative.
  [[nodiscard]] std::optional<std::uint64_t> as_unsigned() const;
  // Any integer type whose value fits.
  [[nodiscard]] std::optional<std::int64_t> as_signed() const;
  // f32 and f64; an f32 is widened, which is exact.
  [[nodiscard]] std::optional<double> as_double() const;
  [[nodiscard]] std::optional<bool> as_bool() const;
  // A string, when all of it was kept.
  [[nodiscard]] std::optional<std::string_view> as_string() const;
};

// Array elements that a cursor shows.
inline constexpr std::uint64_t kFirstElementsMax = 8;

struct MetadataEntry {
  std::string_view key;
  std::uint64_t offset = 0;  // of the key in the file: of its length
  Value value;
};

}  // namespace redzone::gguf
