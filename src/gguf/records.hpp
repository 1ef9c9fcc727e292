#pragma once
// What a Reader keeps of each entry: enough to find it again and to check it against the others.
// Everything else is read again from the file.

#include <cstdint>

namespace redzone::gguf {

struct KeyRecord {
  std::uint64_t hash = 0;
  std::uint64_t offset = 0;  // of the entry in the file: of its key's length
  std::uint32_t key_size_bytes = 0;
  std::uint32_t value_type = 0;
};

struct TensorRecord {
  std::uint64_t hash = 0;
  std::uint64_t place = 0;   // of the descriptor in the file: of its name's length
  std::uint64_t offset = 0;  // of the data, from the start of the data section
  std::uint64_t size_bytes = 0;
};

static_assert(sizeof(KeyRecord) == 24);
static_assert(sizeof(TensorRecord) == 32);

}  // namespace redzone::gguf
