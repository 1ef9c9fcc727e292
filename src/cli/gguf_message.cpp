#include "cli/gguf_message.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "cli/escape.hpp"
#include "redzone/base/error_text.hpp"
#include "redzone/base/errors.hpp"
#include "redzone/gguf/errors.hpp"
#include "redzone/gguf/magic.hpp"
#include "redzone/gguf/reader.hpp"
#include "redzone/gguf/types.hpp"
#include "redzone/os/errors.hpp"
#include "redzone/os/file_source.hpp"

namespace redzone::cli {

namespace {

constexpr std::size_t kNameBytesShown = 128;

// The name at `offset`, quoted; "" when it cannot be read any more.
std::string name_at(os::ByteSource* source, const gguf::OpenReport& report, std::uint64_t offset) {
  if (source == nullptr) return "";
  // One byte more than is shown, so that a cut is marked.
  std::array<char, kNameBytesShown + 1> bytes;
  const Result<std::string_view> name = gguf::read_name(*source, report, offset, bytes);
  return name ? quoted(*name, kNameBytesShown) : "";
}

std::string two_names(const Error& error, const gguf::OpenReport& report, os::ByteSource* source) {
  const std::string later = name_at(source, report, error.offset);
  const std::string earlier = name_at(source, report, error.value);
  if (later.empty() || earlier.empty()) return "";
  return later == earlier ? fmt::format("; both are called {}", later)
                          : fmt::format("; they are called {} and {}", later, earlier);
}

std::string missing_data(const gguf::OpenReport& report) {
  std::string text;
  if (report.missing_bytes) {
    text += fmt::format("; {} {} missing", *report.missing_bytes,
                        *report.missing_bytes == 1 ? "byte is" : "bytes are");
  }
  if (report.tensors_whole && report.tensor_count) {
    text +=
        fmt::format("; {} of {} tensors are whole", *report.tensors_whole, *report.tensor_count);
  }
  return text;
}

std::string detail(const Error& error, const gguf::OpenReport& report, os::ByteSource* source) {
  if (error.code.component != Component::gguf) return "";
  switch (static_cast<gguf::Code>(error.code.number)) {
    case gguf::Code::bad_magic: {
      const std::string_view kind = gguf::describe_magic(report.first_bytes());
      return kind.empty() ? "" : fmt::format("; the file looks like {}", kind);
    }
    case gguf::Code::duplicate_key:
    case gguf::Code::duplicate_tensor:
    case gguf::Code::tensor_overlap:
      return two_names(error, report, source);
    case gguf::Code::removed_tensor_type: {
      const auto id = static_cast<std::uint32_t>(error.value);
      const gguf::TensorTypeInfo* type = gguf::find_tensor_type(id);
      return type == nullptr ? "" : fmt::format("; {} was removed: {}", type->name, type->advice);
    }
    case gguf::Code::tensor_out_of_file:
      return missing_data(report);
    default:
      return "";
  }
}

}  // namespace

std::string gguf_message(const Error& error, const gguf::OpenReport& report,
                         os::ByteSource* source) {
  const bool is_errno = error.code == error_code(os::Code::open_failed) ||
                        error.code == error_code(os::Code::read_failed) ||
                        error.code == error_code(os::Code::size_unknown);
  if (is_errno) {
    return fmt::format("{} ({}, errno {})", std::strerror(static_cast<int>(error.value)),
                       gguf::error_name(error.code), error.value);
  }
  if (error.code == error_code(os::Code::not_a_regular_file)) {
    return fmt::format("it is {}, and only a regular file has a size and positions ({})",
                       os::file_type_name(error.value), gguf::error_name(error.code));
  }
  const ErrorText text(error, gguf::error_name(error.code));
  return std::string(text.view()) + detail(error, report, source);
}

ExitStatus gguf_exit_status(const Error& error) {
  if (error.code == error_code(gguf::Code::file_changed)) return ExitStatus::could_not_run;
  if (error.code == error_code(BaseCode::out_of_memory)) return ExitStatus::could_not_run;
  if (error.code.component == Component::os) return ExitStatus::could_not_run;
  return ExitStatus::findings;
}

}  // namespace redzone::cli
