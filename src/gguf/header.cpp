#include "gguf/header.hpp"

#include <algorithm>

#include "gguf/warning_sink.hpp"

namespace redzone::gguf {

namespace {

constexpr std::uint32_t kMagic = 0x46554747;  // "GGUF" as a little-endian number

bool is_version(std::uint32_t version) { return version >= 1 && version <= kVersionMax; }

Error truncated(const char* field, const Window& window, const Encoding& encoding) {
  return error_at(Code::truncated_header, field, window.position())
      .with_value(encoding.header_bytes())
      .with_limit(window.file_size_bytes());
}

// The little-endian number that comes next in a header, whatever the file's byte order.
Result<std::uint32_t> next_little(Window& window, const char* field) {
  if (window.remaining() < sizeof(std::uint32_t)) {
    return fail(truncated(field, window, Encoding{}));
  }
  const Result<std::span<const std::byte>> bytes = window.look(sizeof(std::uint32_t));
  if (!bytes) return fail(bytes.error());
  return load<std::uint32_t>(*bytes, Encoding{}.is_swapped());
}

Status keep_first_bytes(Window& window, OpenReport& report) {
  const auto count =
      static_cast<std::size_t>(std::min<std::uint64_t>(window.remaining(), kFirstBytesMax));
  if (count == 0) return {};
  const Result<std::span<const std::byte>> bytes = window.look(count);
  if (!bytes) return fail(bytes.error());
  std::ranges::copy(*bytes, report.head.begin());
  report.head_size_bytes = count;
  return {};
}

// A count is a claim about the rest of the file: each entry has at least `entry_bytes_min` bytes.
Status check_count(const char* field, std::uint64_t place, std::uint64_t count,
                   std::uint64_t entries_possible, std::uint64_t entries_max) {
  const Error error = error_at(Code::count_exceeds_file, field, place).with_value(count);
  if (count > entries_possible) return fail(error.with_limit(entries_possible));
  if (count > entries_max) {
    return fail(error_at(Code::limit, field, place).with_value(count).with_limit(entries_max));
  }
  return {};
}

Result<std::uint64_t> read_count(const Fields& fields, const char* field) {
  if (fields.remaining() < fields.encoding().length_bytes()) {
    return fail(truncated(field, fields.window(), fields.encoding()));
  }
  return fields.length(field);
}

Result<Encoding> read_version(Window& window, OpenReport& report) {
  const std::uint64_t place = window.position();
  const Result<std::uint32_t> little = next_little(window, "header.version");
  if (!little) return fail(little.error());
  window.skip(sizeof(std::uint32_t));
  Encoding encoding;
  // No version has a low half of 0, so one that has was written the other way round.
  if ((*little & 0xffff) == 0) encoding.endianness = Endianness::big;
  encoding.version = encoding.endianness == Endianness::big ? std::byteswap(*little) : *little;
  if (!is_version(encoding.version)) {
    return fail(error_at(Code::bad_version, "header.version", place)
                    .with_value(*little)
                    .with_limit(kVersionMax));
  }
  report.version = encoding.version;
  report.endianness = encoding.endianness;
  return encoding;
}

}  // namespace

Result<Encoding> read_header(Window& window, const Limits& limits, OpenReport& report) {
  const Status kept = keep_first_bytes(window, report);
  if (!kept) return fail(kept.error());
  const Result<std::uint32_t> magic = next_little(window, "header.magic");
  if (!magic) return fail(magic.error());
  if (*magic != kMagic) {
    return fail(error_at(Code::bad_magic, "header.magic", 0).with_value(*magic));
  }
  window.skip(sizeof(std::uint32_t));
  const Result<Encoding> encoding = read_version(window, report);
  if (!encoding) return fail(encoding.error());

  const Fields fields(window, *encoding);
  const std::uint64_t tensor_place = fields.position();
  const Result<std::uint64_t> tensors = read_count(fields, "header.tensor_count");
  if (!tensors) return fail(tensors.error());
  report.tensor_count = *tensors;
  const std::uint64_t key_place = fields.position();
  const Result<std::uint64_t> keys = read_count(fields, "header.metadata_kv_count");
  if (!keys) return fail(keys.error());
  report.metadata_count = *keys;

  const Status tensors_fit =
      check_count("header.tensor_count", tensor_place, *tensors,
                  window.remaining() / encoding->descriptor_bytes_min(), limits.tensors);
  if (!tensors_fit) return fail(tensors_fit.error());
  const Status keys_fit =
      check_count("header.metadata_kv_count", key_place, *keys,
                  window.remaining() / encoding->key_value_bytes_min(), limits.keys);
  if (!keys_fit) return fail(keys_fit.error());

  const WarningSink warnings(report.warnings, limits.warnings);
  if (encoding->version == 1) warnings.add(Code::version_1, "header.version", 4, 1);
  if (encoding->endianness == Endianness::big) {
    warnings.add(Code::big_endian, "header.version", 4, encoding->version);
  }
  return *encoding;
}

}  // namespace redzone::gguf
