// The JSON form of `redzone gguf info`. Entries are written one by one as the cursors give them, so
// that memory does not grow with the file; that is why the document is assembled here and
// nlohmann/json renders its parts.

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "cli/gguf_info.hpp"
#include "cli/gguf_message.hpp"
#include "redzone/gguf/errors.hpp"

namespace redzone::cli {

namespace {

using Json = nlohmann::ordered_json;

// One line of ASCII, so that nothing in it moves a terminal; bytes that are no UTF-8 become U+FFFD,
// since JSON has no way to say them.
std::string rendered(const Json& json) {
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

template <class T>
Json or_null(bool known, T value) {
  return known ? Json(value) : Json(nullptr);
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json error_json(const Error& error, const std::string& message) {
  return {{"code", gguf::error_name(error.code)},
          {"field", error.field},
          {"offset", or_null(error.has_offset(), error.offset)},
          {"value", or_null(error.has_value(), error.value)},
          {"limit", or_null(error.has_limit(), error.limit)},
          {"message", message}};
}

// JSON has no numbers beyond the finite ones: they are strings.
Json number_json(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  return number;
}

Json scalar_json(const gguf::Value& value) {
  if (const auto boolean = value.as_bool()) return *boolean;
  if (const auto number = value.as_unsigned()) return *number;
  if (const auto number = value.as_signed()) return *number;
  if (const auto number = value.as_double()) return number_json(*number);
  return nullptr;
}

Json element_json(const gguf::Value& value) {
  if (value.type == gguf::ValueType::string) return value.text;
  if (value.type != gguf::ValueType::array) return scalar_json(value);
  return {{"type", "array"},
          {"element_type", gguf::value_type_name(value.element_type)},
          {"length", value.length}};
}

// All bytes of a string, kept or not; 0 for what is no string.
std::uint64_t string_bytes(const gguf::Value& value) {
  return value.type == gguf::ValueType::string ? value.length : 0;
}

Json entry_json(const gguf::MetadataEntry& entry) {
  Json json{{"key", entry.key}, {"type", gguf::value_type_name(entry.value.type)}};
  if (entry.value.type == gguf::ValueType::array) {
    json["element_type"] = gguf::value_type_name(entry.value.element_type);
    json["length"] = entry.value.length;
    json["first"] = Json::array();
    bool is_cut = false;
    for (const gguf::Value& element : entry.value.first()) {
      json["first"].push_back(element_json(element));
      is_cut = is_cut || element.text.size() < string_bytes(element);
    }
    if (is_cut) json["truncated"] = true;
    return json;
  }
  json["value"] = element_json(entry.value);
  if (entry.value.type == gguf::ValueType::string && !entry.value.as_string()) {
    json["length_bytes"] = entry.value.length;
    json["truncated"] = true;
  }
  return json;
}

Json tensor_json(const gguf::TensorEntry& tensor) {
  return {{"name", tensor.name},
          {"type", tensor.type->name},
          {"dimensions", tensor.dimensions()},
          {"offset", tensor.offset},
          {"size_bytes", tensor.size_bytes}};
}

Json warning_json(const Error& warning) {
  return {{"code", gguf::error_name(warning.code)},
          {"field", warning.field},
          {"offset", or_null(warning.has_offset(), warning.offset)},
          {"value", or_null(warning.has_value(), warning.value)}};
}

// The document's outermost level.
class Document {
 public:
  explicit Document(std::FILE* out) : out_(out) {}

  void field(const char* name, const Json& value) {
    fmt::print(out_, "{}\n  \"{}\": {}", std::exchange(before_, ","), name, rendered(value));
  }

  // An array whose elements `next` gives one by one until it gives an empty string.
  template <class Next>
  Status list(const char* name, Next next) {
    fmt::print(out_, "{}\n  \"{}\": [", std::exchange(before_, ","), name);
    const char* separator = "";
    Status status;
    while (true) {
      const Result<std::string> element = next();
      if (!element) status = fail(element.error());
      if (!element || element->empty()) break;
      fmt::print(out_, "{}\n    {}", std::exchange(separator, ","), *element);
    }
    fmt::print(out_, "{}]", *separator == '\0' ? "" : "\n  ");
    return status;
  }

  void end() { fmt::print(out_, "\n}}\n"); }

 private:
  std::FILE* out_;
  const char* before_ = "{";  // what stands before the next field
};

// Writes the entries that `cursor` walks over, each by `render`; an empty list without a cursor.
template <class Cursor, class Render>
Status list_entries(Document& document, const char* name, Result<Cursor>* cursor, Render render) {
  return document.list(name, [&]() -> Result<std::string> {
    if (cursor == nullptr) return std::string();
    if (!*cursor) return fail(cursor->error());
    auto entry = (*cursor)->next();
    if (!entry) return fail(entry.error());
    return *entry == nullptr ? std::string() : rendered(render(**entry));
  });
}

void header(Document& document, const gguf::OpenReport& report) {
  Json endianness;
  if (report.endianness) {
    endianness = *report.endianness == gguf::Endianness::little ? "little" : "big";
  }
  document.field("schema", "redzone/gguf-info/1");
  document.field("version", or_null(report.version));
  document.field("endianness", endianness);
  document.field("alignment", or_null(report.alignment));
  document.field("file_size_bytes", or_null(report.file_size_bytes));
  document.field("data_offset", or_null(report.data_offset));
  document.field("metadata_count", or_null(report.metadata_count));
  document.field("tensor_count", or_null(report.tensor_count));
}

}  // namespace

Status print_gguf_info_json(const GgufFacts& facts, const GgufFailure* failure, std::FILE* out) {
  Document document(out);
  header(document, facts.report);

  Status status;
  if (facts.reader == nullptr) {
    document.field("metadata", Json::array());
    document.field("tensors", Json::array());
  } else {
    Result<gguf::MetadataCursor> metadata = facts.reader->metadata();
    status = list_entries(document, "metadata", &metadata, entry_json);
    Result<gguf::TensorCursor> tensors = facts.reader->tensors();
    const Status listed = list_entries(document, "tensors", &tensors, tensor_json);
    if (status) status = listed;
  }

  Json warnings = Json::array();
  for (const Error& warning : facts.report.warnings.kept()) {
    warnings.push_back(warning_json(warning));
  }
  document.field("warnings", warnings);
  document.field("warnings_total", facts.report.warnings.total());
  Json error;
  if (failure != nullptr) error = error_json(failure->error, failure->message);
  if (!status)
    error = error_json(status.error(), gguf_message(status.error(), facts.report, nullptr));
  document.field("error", error);
  document.field("peak_bytes", facts.budget->peak_bytes());
  document.field("largest_allocation_bytes", facts.budget->largest_allocation_bytes());
  document.end();
  return status;
}

}  // namespace redzone::cli
