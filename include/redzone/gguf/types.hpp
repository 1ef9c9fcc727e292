#pragma once
// The format's two vocabularies: the types of metadata values, and the types of tensors with the
// shape of their blocks. Use it to print names and to compute sizes.
//
// Bounds:  constant tables.
// Threads: pure functions.
// Failure: a number that the format does not know gives nullptr or an empty name.
// Cost:    an index into a table.
//
//   const TensorTypeInfo* type = find_tensor_type(12);  // Q4_K: 256 elements in 144 bytes
//
// Source of the numbers: ggml's ggml.h (GGML_TYPE_COUNT = 43) and ggml-common.h (the blocks).

#include <cstdint>
#include <string_view>

namespace redzone::gguf {

enum class Endianness : std::uint8_t { little, big };

enum class ValueType : std::uint32_t {
  u8 = 0,
  i8 = 1,
  u16 = 2,
  i16 = 3,
  u32 = 4,
  i32 = 5,
  f32 = 6,
  boolean = 7,
  string = 8,
  array = 9,
  u64 = 10,
  i64 = 11,
  f64 = 12,
};

inline constexpr std::uint32_t kValueTypeMax = 12;

// "u8", "bool", "string", "array" and so on; empty for a number that is no type.
[[nodiscard]] std::string_view value_type_name(ValueType type);

// Bytes of a scalar of this type; 0 for strings, arrays and numbers that are no type.
[[nodiscard]] constexpr std::uint64_t scalar_size_bytes(ValueType type) {
  switch (type) {
    case ValueType::u8:
    case ValueType::i8:
    case ValueType::boolean:
      return 1;
    case ValueType::u16:
    case ValueType::i16:
      return 2;
    case ValueType::u32:
    case ValueType::i32:
    case ValueType::f32:
      return 4;
    case ValueType::u64:
    case ValueType::i64:
    case ValueType::f64:
      return 8;
    case ValueType::string:
    case ValueType::array:
      return 0;
  }
  return 0;
}

// A tensor's data is a sequence of blocks; a row (the first dimension) is a whole number of them.
struct TensorTypeInfo {
  std::uint32_t id = 0;
  std::string_view name;               // as ggml prints it, in upper case
  std::uint32_t block_elements = 0;    // 0 exactly for a removed type
  std::uint32_t block_size_bytes = 0;  // 0 exactly for a removed type
  std::string_view advice;             // what to do about a removed type, else empty

  [[nodiscard]] constexpr bool removed() const { return block_elements == 0; }
};

inline constexpr std::uint32_t kTensorTypeMax = 42;

// The type with this number, active or removed; nullptr when the format does not know it.
[[nodiscard]] const TensorTypeInfo* find_tensor_type(std::uint32_t id);

}  // namespace redzone::gguf
