#pragma once
// Everything a reader and its cursors say about a file, as one text: two readings are the same when
// their texts are. Strings and first elements included; the format of a line is
// "key|type|value" or "name|type|dimensions|offset|size".

#include <string>

#include "redzone/gguf/reader.hpp"

namespace redzone::gguf {

inline std::string describe(const Value& value) {
  const auto number = [](auto n) { return std::to_string(n); };
  std::string text = number(static_cast<std::uint32_t>(value.type)) + "|";
  if (value.type == ValueType::string) {
    return text + number(value.length) + ":" + std::string(value.text);
  }
  if (value.type != ValueType::array) return text + number(value.bits);
  text += number(static_cast<std::uint32_t>(value.element_type)) + "x" + number(value.length);
  for (const Value& element : value.first()) text += "[" + describe(element) + "]";
  return text;
}

// Or the error that ended it.
inline Result<std::string> describe(const Reader& reader) {
  std::string text = std::to_string(reader.version()) + "|" + std::to_string(reader.alignment()) +
                     "|" + std::to_string(reader.data_offset()) + "\n";
  for (const Error& warning : reader.warnings().kept()) {
    text += "!" + std::to_string(warning.code.number) + "|" + std::to_string(warning.offset) + "\n";
  }
  Result<MetadataCursor> metadata = reader.metadata();
  if (!metadata) return fail(metadata.error());
  while (true) {
    const Result<const MetadataEntry*> entry = metadata->next();
    if (!entry) return fail(entry.error());
    if (*entry == nullptr) break;
    text += std::string((*entry)->key) + "|" + describe((*entry)->value) + "\n";
  }
  Result<TensorCursor> tensors = reader.tensors();
  if (!tensors) return fail(tensors.error());
  while (true) {
    const Result<const TensorEntry*> tensor = tensors->next();
    if (!tensor) return fail(tensor.error());
    if (*tensor == nullptr) break;
    text += std::string((*tensor)->name) + "|" + std::string((*tensor)->type->name);
    for (const std::uint64_t dimension : (*tensor)->dimensions()) {
      text += "|" + std::to_string(dimension);
    }
    text += "|" + std::to_string((*tensor)->offset) + "|" + std::to_string((*tensor)->size_bytes);
    text += "\n";
  }
  return text;
}

}  // namespace redzone::gguf
