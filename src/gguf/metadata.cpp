#include "gguf/metadata.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "gguf/rules.hpp"
#include "gguf/siphash.hpp"
#include "redzone/gguf/limits.hpp"

namespace redzone::gguf {

namespace {

constexpr std::string_view kAlignmentKey = "general.alignment";

// Whether `piece`, found `done` bytes into a key, is what the alignment's key has there.
bool continues_alignment_key(std::span<const std::byte> piece, std::uint64_t done) {
  if (done > kAlignmentKey.size() || piece.size() > kAlignmentKey.size() - done) return false;
  return std::memcmp(piece.data(), kAlignmentKey.data() + done, piece.size()) == 0;
}

Status walk_bools(const Fields& fields, std::uint64_t count) {
  while (count > 0) {
    const std::uint64_t place = fields.position();
    const Result<std::span<const std::byte>> piece = fields.window().take(count);
    if (!piece) return fail(piece.error());
    const auto bad =
        std::ranges::find_if(*piece, [](std::byte byte) { return byte > std::byte{1}; });
    if (bad != piece->end()) {
      return fail(error_at(Code::bad_bool, "kv.array.element",
                           place + static_cast<std::uint64_t>(bad - piece->begin()))
                      .with_value(std::to_integer<std::uint64_t>(*bad))
                      .with_limit(1));
    }
    count -= piece->size();
  }
  return {};
}

Status walk_string(const Fields& fields, const char* length_field) {
  const Result<std::uint64_t> size_bytes = fields.string_length(length_field);
  if (!size_bytes) return fail(size_bytes.error());
  fields.window().skip(*size_bytes);
  return {};
}

// The elements of an array of anything but arrays.
Status walk_elements(const Fields& fields, const ArrayHeader& header) {
  if (header.element_type == ValueType::boolean) return walk_bools(fields, header.length);
  if (header.element_type == ValueType::string) {
    // At most as many turns as the file has bytes: each string has a length of its own.
    for (std::uint64_t index = 0; index < header.length; ++index) {
      const Status walked = walk_string(fields, "kv.array.element.length");
      if (!walked) return walked;
    }
    return {};
  }
  // The header's length was held against the bytes that remain, so the product fits.
  fields.window().skip(header.length * scalar_size_bytes(header.element_type));
  return {};
}

}  // namespace

Result<Key> read_key(const Fields& fields, std::uint64_t key_bytes_max, const HashKey& hash_key,
                     std::span<char> copy) {
  static constexpr const char* kLength = "kv.key.length";
  Key key{.place = fields.position(), .is_alignment = true};
  const Result<std::uint64_t> size_bytes = fields.string_length(kLength);
  if (!size_bytes) return fail(size_bytes.error());
  key.size_bytes = *size_bytes;
  if (key.size_bytes == 0) return fail(error_at(Code::empty_key, kLength, key.place).with_value(0));
  if (key.size_bytes > key_bytes_max) {
    return fail(error_at(Code::key_too_long, kLength, key.place)
                    .with_value(key.size_bytes)
                    .with_limit(key_bytes_max));
  }
  SipHash hash(hash_key);
  std::uint64_t done = 0;
  while (done < key.size_bytes) {
    const std::uint64_t place = fields.position();
    const Result<std::span<const std::byte>> piece = fields.window().take(key.size_bytes - done);
    if (!piece) return fail(piece.error());
    const auto bad = std::ranges::find_if_not(*piece, is_key_char);
    if (bad != piece->end()) {
      return fail(error_at(Code::key_bad_char, "kv.key",
                           place + static_cast<std::uint64_t>(bad - piece->begin()))
                      .with_value(std::to_integer<std::uint64_t>(*bad)));
    }
    hash.update(*piece);
    key.is_alignment = key.is_alignment && continues_alignment_key(*piece, done);
    if (!copy.empty()) std::memcpy(copy.data() + done, piece->data(), piece->size());
    done += piece->size();
  }
  key.is_alignment = key.is_alignment && done == kAlignmentKey.size();
  key.hash = hash.finish();
  return key;
}

Result<ValueType> read_value_type(const Fields& fields, const char* field) {
  const std::uint64_t place = fields.position();
  const Result<std::uint32_t> type = fields.u32(field);
  if (!type) return fail(type.error());
  if (*type > kValueTypeMax) {
    return fail(
        error_at(Code::bad_value_type, field, place).with_value(*type).with_limit(kValueTypeMax));
  }
  return static_cast<ValueType>(*type);
}

std::uint64_t value_bytes_min(ValueType type, const Encoding& encoding) {
  if (type == ValueType::string) return encoding.length_bytes();
  if (type == ValueType::array) return sizeof(std::uint32_t) + encoding.length_bytes();
  return scalar_size_bytes(type);
}

Result<ArrayHeader> read_array_header(const Fields& fields, std::uint64_t depth,
                                      std::uint64_t depth_max) {
  if (depth > depth_max) {
    return fail(error_at(Code::nesting_too_deep, "kv.array.type", fields.position())
                    .with_value(depth)
                    .with_limit(depth_max));
  }
  const Result<ValueType> element_type = read_value_type(fields, "kv.array.type");
  if (!element_type) return fail(element_type.error());
  const std::uint64_t place = fields.position();
  const Result<std::uint64_t> length = fields.length("kv.array.length");
  if (!length) return fail(length.error());
  const std::uint64_t most = fields.remaining() / value_bytes_min(*element_type, fields.encoding());
  if (*length > most) {
    return fail(error_at(Code::array_exceeds_file, "kv.array.length", place)
                    .with_value(*length)
                    .with_limit(most));
  }
  return ArrayHeader{.element_type = *element_type, .length = *length};
}

Result<std::uint64_t> read_scalar(const Fields& fields, ValueType type, const char* field) {
  const std::uint64_t place = fields.position();
  const Result<std::uint64_t> bits = fields.scalar(scalar_size_bytes(type), field);
  if (bits && type == ValueType::boolean && *bits > 1) {
    return fail(error_at(Code::bad_bool, field, place).with_value(*bits).with_limit(1));
  }
  return bits;
}

Status walk_value(const Fields& fields, ValueType type, std::uint64_t depth_max) {
  if (type == ValueType::string) return walk_string(fields, "kv.value.length");
  if (type == ValueType::array) {
    const Result<ArrayHeader> header = read_array_header(fields, 1, depth_max);
    if (!header) return fail(header.error());
    return walk_array(fields, *header, 1, depth_max);
  }
  const Result<std::uint64_t> bits = read_scalar(fields, type, "kv.value");
  if (!bits) return fail(bits.error());
  return {};
}

Status walk_array(const Fields& fields, const ArrayHeader& header, std::uint64_t depth,
                  std::uint64_t depth_max) {
  // How many arrays are still to come at each level, from this array's own level on.
  std::array<std::uint64_t, kDepthMax> left{};
  std::size_t open = 0;  // levels in use: <= depth_max, because each is an array with a header read
  ArrayHeader current = header;
  // Each turn reads the header of another array, so there are fewer turns than bytes in the file.
  while (true) {
    if (current.element_type == ValueType::array) {
      left[open++] = current.length;
    } else {
      const Status walked = walk_elements(fields, current);
      if (!walked) return walked;
    }
    while (open > 0 && left[open - 1] == 0) --open;
    if (open == 0) return {};
    --left[open - 1];
    const Result<ArrayHeader> next = read_array_header(fields, depth + open, depth_max);
    if (!next) return fail(next.error());
    current = *next;
  }
}

}  // namespace redzone::gguf
