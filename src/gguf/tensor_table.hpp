#pragma once
// The grammar of one entry of the tensor table, and what can be wrong with it by itself.

#include <array>
#include <cstdint>
#include <span>

#include "gguf/fields.hpp"
#include "gguf/warning_sink.hpp"
#include "redzone/base/result.hpp"
#include "redzone/gguf/hash_key.hpp"
#include "redzone/gguf/limits.hpp"
#include "redzone/gguf/types.hpp"

namespace redzone::gguf {

struct Descriptor {
  std::uint64_t place = 0;  // of the name's length
  std::uint64_t name_size_bytes = 0;
  std::uint64_t hash = 0;  // of the name
  std::array<std::uint64_t, kDimensionsMax> dimension{};
  std::uint32_t dimension_count = 0;
  std::uint64_t dimension_place = 0;  // of the first dimension, or where it would be
  std::uint64_t element_count = 1;    // <= 2^63 - 1
  const TensorTypeInfo* type = nullptr;
  std::uint64_t size_bytes = 0;
  std::uint64_t offset_place = 0;  // of the offset
  std::uint64_t offset = 0;        // from the start of the data section
};

// What a descriptor is held against.
struct DescriptorRules {
  std::uint64_t name_bytes_max = 0;
  std::uint64_t dimensions_max = 0;
  std::uint64_t alignment = 0;
};

// Reads the descriptor that comes next; copies its name into `copy` when that is not empty (it is
// then at least as long).
[[nodiscard]] Result<Descriptor> read_descriptor(const Fields& fields, const DescriptorRules& rules,
                                                 const HashKey& hash_key,
                                                 const WarningSink& warnings,
                                                 std::span<char> copy = {});

}  // namespace redzone::gguf
