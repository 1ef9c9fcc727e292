#include "gguf/strings.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace redzone::gguf {

namespace {

constexpr std::size_t kPieceBytes = 512;

// Exactly out.size() bytes: they were there when the file was walked.
Status read_again(os::ByteSource& source, std::uint64_t offset, std::span<std::byte> out) {
  const Result<std::size_t> got = os::read_fully(source, offset, out);
  if (!got) return fail(got.error());
  if (*got < out.size()) return fail(error_at(Code::file_changed, "string", offset));
  return {};
}

}  // namespace

Result<std::string_view> copy_string(const Fields& fields, std::uint64_t size_bytes,
                                     std::span<char> out) {
  const std::uint64_t end = fields.position() + size_bytes;
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(size_bytes, out.size()));
  std::size_t done = 0;
  while (done < wanted) {
    const Result<std::span<const std::byte>> piece = fields.window().take(wanted - done);
    if (!piece) return fail(piece.error());
    std::memcpy(out.data() + done, piece->data(), piece->size());
    done += piece->size();
  }
  fields.window().skip(end - fields.position());
  return std::string_view(out.data(), wanted);
}

Result<std::uint64_t> length_at(os::ByteSource& source, const Encoding& encoding,
                                std::uint64_t place) {
  std::array<std::byte, 8> bytes{};
  const std::span<std::byte> used =
      std::span(bytes).first(static_cast<std::size_t>(encoding.length_bytes()));
  const Status read = read_again(source, place, used);
  if (!read) return fail(read.error());
  if (used.size() == 4) {
    return std::uint64_t{load<std::uint32_t>(used, encoding.is_swapped())};
  }
  return load<std::uint64_t>(used, encoding.is_swapped());
}

Result<bool> is_same_string(os::ByteSource& source, const Encoding& encoding, std::uint64_t place,
                            std::uint64_t other_place) {
  const Result<std::uint64_t> length = length_at(source, encoding, place);
  if (!length) return fail(length.error());
  const Result<std::uint64_t> other_length = length_at(source, encoding, other_place);
  if (!other_length) return fail(other_length.error());
  if (*length != *other_length) return false;

  std::array<std::byte, kPieceBytes> bytes;
  std::array<std::byte, kPieceBytes> other_bytes;
  for (std::uint64_t done = 0; done < *length; done += kPieceBytes) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, *length - done));
    const std::uint64_t skipped = encoding.length_bytes() + done;
    const Status read = read_again(source, place + skipped, std::span(bytes).first(count));
    if (!read) return fail(read.error());
    const Status other_read =
        read_again(source, other_place + skipped, std::span(other_bytes).first(count));
    if (!other_read) return fail(other_read.error());
    if (std::memcmp(bytes.data(), other_bytes.data(), count) != 0) return false;
  }
  return true;
}

}  // namespace redzone::gguf
