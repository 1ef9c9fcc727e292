#pragma once
// Walks that look at every entry and take no memory of their own.

#include <cstdint>

#include "redzone/gguf/reader.hpp"

namespace redzone::gguf {

// How many entries a cursor gives from here on.
template <class Cursor>
[[nodiscard]] Result<std::uint64_t> walk(Cursor& cursor) {
  for (std::uint64_t count = 0;; ++count) {
    const auto entry = cursor.next();
    if (!entry) return fail(entry.error());
    if (*entry == nullptr) return count;
  }
}

// How many entries there are, by a cursor of each kind at the same time.
[[nodiscard]] inline Result<std::uint64_t> walk_all(const Reader& reader) {
  Result<MetadataCursor> metadata = reader.metadata();
  if (!metadata) return fail(metadata.error());
  Result<TensorCursor> tensors = reader.tensors();
  if (!tensors) return fail(tensors.error());
  const Result<std::uint64_t> keys = walk(*metadata);
  if (!keys) return keys;
  const Result<std::uint64_t> names = walk(*tensors);
  if (!names) return names;
  return *keys + *names;
}

}  // namespace redzone::gguf
