#include "redzone/gguf/value.hpp"

#include <bit>

namespace redzone::gguf {

namespace {

// The bits of a signed integer type, extended to 64.
std::optional<std::int64_t> sign_extended(ValueType type, std::uint64_t bits) {
  switch (type) {
    case ValueType::i8:
      return static_cast<std::int8_t>(bits);
    case ValueType::i16:
      return static_cast<std::int16_t>(bits);
    case ValueType::i32:
      return static_cast<std::int32_t>(bits);
    case ValueType::i64:
      return static_cast<std::int64_t>(bits);
    default:
      return std::nullopt;
  }
}

bool is_unsigned(ValueType type) {
  return type == ValueType::u8 || type == ValueType::u16 || type == ValueType::u32 ||
         type == ValueType::u64;
}

}  // namespace

std::optional<std::uint64_t> Value::as_unsigned() const {
  if (is_unsigned(type)) return bits;
  const std::optional<std::int64_t> number = sign_extended(type, bits);
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

std::optional<std::int64_t> Value::as_signed() const {
  if (!is_unsigned(type)) return sign_extended(type, bits);
  if (bits > INT64_MAX) return std::nullopt;
  return static_cast<std::int64_t>(bits);
}

std::optional<double> Value::as_double() const {
  if (type == ValueType::f64) return std::bit_cast<double>(bits);
  if (type == ValueType::f32) return std::bit_cast<float>(static_cast<std::uint32_t>(bits));
  return std::nullopt;
}

std::optional<bool> Value::as_bool() const {
  if (type != ValueType::boolean) return std::nullopt;
  return bits != 0;
}

std::optional<std::string_view> Value::as_string() const {
  if (type != ValueType::string || text.size() != length) return std::nullopt;
  return text;
}

}  // namespace redzone::gguf
