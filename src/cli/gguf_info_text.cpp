// The form of `redzone gguf info` for people.

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/escape.hpp"
#include "cli/gguf_info.hpp"
#include "redzone/base/bytes.hpp"
#include "redzone/base/error_text.hpp"
#include "redzone/gguf/errors.hpp"

namespace redzone::cli {

namespace {

constexpr std::size_t kValueBytesShown = 60;
constexpr std::size_t kElementBytesShown = 20;
constexpr std::size_t kNameBytesShown = 255;
constexpr std::size_t kElementsShown = 4;

std::string size_text(std::uint64_t bytes) {
  const auto amount = static_cast<double>(bytes);
  if (bytes < kKiB) return fmt::format("{} bytes", bytes);
  if (bytes < kMiB) return fmt::format("{:.1f} KiB", amount / static_cast<double>(kKiB));
  if (bytes < kGiB) return fmt::format("{:.1f} MiB", amount / static_cast<double>(kMiB));
  return fmt::format("{:.1f} GiB", amount / static_cast<double>(kGiB));
}

std::string type_text(const gguf::Value& value) {
  if (value.type != gguf::ValueType::array) return std::string(gguf::value_type_name(value.type));
  return fmt::format("{}[{}]", gguf::value_type_name(value.element_type), value.length);
}

std::string scalar_text(const gguf::Value& value) {
  if (const auto boolean = value.as_bool()) return *boolean ? "true" : "false";
  if (const auto number = value.as_unsigned()) return fmt::format("{}", *number);
  if (const auto number = value.as_signed()) return fmt::format("{}", *number);
  if (value.type == gguf::ValueType::f32) {
    return fmt::format("{}", static_cast<float>(value.as_double().value_or(0)));
  }
  if (const auto number = value.as_double()) return fmt::format("{}", *number);
  return "";
}

std::string value_text(const gguf::Value& value, std::size_t bytes_shown) {
  if (value.type == gguf::ValueType::string) return quoted(value.text, bytes_shown);
  if (value.type != gguf::ValueType::array) return scalar_text(value);
  std::string text = "[";
  std::size_t shown = 0;
  for (const gguf::Value& element : value.first()) {
    if (shown == kElementsShown) break;
    if (shown != 0) text += ", ";
    text += element.type == gguf::ValueType::array ? type_text(element)
                                                   : value_text(element, kElementBytesShown);
    ++shown;
  }
  return text + (value.length > shown ? ", ...]" : "]");
}

std::string dimensions_text(const gguf::TensorEntry& tensor) {
  return fmt::format("[{}]", fmt::join(tensor.dimensions(), " x "));
}

void print_header(const GgufFacts& facts, std::FILE* out) {
  const gguf::Reader& reader = *facts.reader;
  const bool little = reader.endianness() == gguf::Endianness::little;
  fmt::print(out, "file       {}, {}\n", quoted(facts.path, kNameBytesShown),
             size_text(reader.file_size_bytes()));
  fmt::print(out, "format     GGUF version {}, {}-endian\n", reader.version(),
             little ? "little" : "big");
  fmt::print(out, "holds      {} metadata entries, {} tensors\n", reader.metadata_count(),
             reader.tensor_count());
  fmt::print(out, "data       at byte {}, aligned to {}\n", reader.data_offset(),
             reader.alignment());
}

Status print_metadata(const gguf::Reader& reader, std::FILE* out) {
  Result<gguf::MetadataCursor> cursor = reader.metadata();
  if (!cursor) return fail(cursor.error());
  if (reader.metadata_count() != 0) fmt::print(out, "\nmetadata\n");
  while (true) {
    const Result<const gguf::MetadataEntry*> next = cursor->next();
    if (!next) return fail(next.error());
    if (*next == nullptr) return {};
    const gguf::MetadataEntry& entry = **next;
    fmt::print(out, "  {:<40} {:<16} {}\n", entry.key, type_text(entry.value),
               value_text(entry.value, kValueBytesShown));
  }
}

Status print_tensors(const gguf::Reader& reader, std::FILE* out) {
  Result<gguf::TensorCursor> cursor = reader.tensors();
  if (!cursor) return fail(cursor.error());
  if (reader.tensor_count() != 0) {
    fmt::print(out, "\ntensors\n  {:<40} {:<8} {:>20} {:>14} {:>12}\n", "name", "type",
               "dimensions", "offset", "size");
  }
  while (true) {
    const Result<const gguf::TensorEntry*> next = cursor->next();
    if (!next) return fail(next.error());
    if (*next == nullptr) return {};
    const gguf::TensorEntry& tensor = **next;
    fmt::print(out, "  {:<40} {:<8} {:>20} {:>14} {:>12}\n", quoted(tensor.name, kNameBytesShown),
               tensor.type->name, dimensions_text(tensor), tensor.offset,
               size_text(tensor.size_bytes));
  }
}

void print_warnings(const gguf::Warnings& warnings, std::FILE* out) {
  if (warnings.total() == 0) return;
  fmt::print(out, "\nwarnings\n");
  for (const Error& warning : warnings.kept()) {
    fmt::print(out, "  {}\n", ErrorText(warning, gguf::error_name(warning.code)).view());
  }
  const std::uint64_t more = warnings.total() - warnings.kept().size();
  if (more != 0) fmt::print(out, "  and {} more\n", more);
}

}  // namespace

Status print_gguf_info_text(const GgufFacts& facts, std::FILE* out) {
  if (facts.reader == nullptr) return {};
  print_header(facts, out);
  if (const Status printed = print_metadata(*facts.reader, out); !printed) return printed;
  if (const Status printed = print_tensors(*facts.reader, out); !printed) return printed;
  print_warnings(facts.reader->warnings(), out);
  fmt::print(out, "\nmemory     peak {}, largest allocation {}\n",
             size_text(facts.budget->peak_bytes()),
             size_text(facts.budget->largest_allocation_bytes()));
  return {};
}

}  // namespace redzone::cli
