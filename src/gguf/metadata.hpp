#pragma once
// The grammar of one metadata entry: its key, its type, and a value of any shape, walked through
// without being kept.

#include <cstdint>
#include <span>

#include "gguf/fields.hpp"
#include "redzone/base/result.hpp"
#include "redzone/gguf/hash_key.hpp"
#include "redzone/gguf/types.hpp"

namespace redzone::gguf {

struct Key {
  std::uint64_t place = 0;  // of its length
  std::uint64_t size_bytes = 0;
  std::uint64_t hash = 0;
  bool is_alignment = false;  // it is "general.alignment"
};

// Reads a key, and copies it into `copy` when that is not empty (it is then at least as long).
[[nodiscard]] Result<Key> read_key(const Fields& fields, std::uint64_t key_bytes_max,
                                   const HashKey& hash_key, std::span<char> copy = {});

// The type of a value or of an array's elements.
[[nodiscard]] Result<ValueType> read_value_type(const Fields& fields, const char* field);

// The fewest bytes a value of this type can have.
[[nodiscard]] std::uint64_t value_bytes_min(ValueType type, const Encoding& encoding);

struct ArrayHeader {
  ValueType element_type = ValueType::u8;
  std::uint64_t length = 0;  // elements; at least their fewest bytes lie in the file
};

// Reads the header of an array that is the `depth`th within another, the outermost being the first.
[[nodiscard]] Result<ArrayHeader> read_array_header(const Fields& fields, std::uint64_t depth,
                                                    std::uint64_t depth_max);

// Reads the bits of a scalar; BAD_BOOL for a bool that is neither 0 nor 1.
[[nodiscard]] Result<std::uint64_t> read_scalar(const Fields& fields, ValueType type,
                                                const char* field);

// Walks over a value, or over the rest of an array whose header was read, and checks everything in
// it that can be wrong.
[[nodiscard]] Status walk_value(const Fields& fields, ValueType type, std::uint64_t depth_max);
[[nodiscard]] Status walk_array(const Fields& fields, const ArrayHeader& header,
                                std::uint64_t depth, std::uint64_t depth_max);

}  // namespace redzone::gguf
