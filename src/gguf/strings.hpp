#pragma once
// Strings of the file, in pieces: never held, only compared, hashed, or copied in part.

#include <cstdint>
#include <span>
#include <string_view>

#include "gguf/fields.hpp"
#include "redzone/base/result.hpp"
#include "redzone/os/byte_source.hpp"

namespace redzone::gguf {

// Copies as much of the next `size_bytes` bytes as `out` has room for, moves on behind all of them,
// and returns what was copied. size_bytes <= fields.remaining().
[[nodiscard]] Result<std::string_view> copy_string(const Fields& fields, std::uint64_t size_bytes,
                                                   std::span<char> out);

// Whether the two strings whose lengths stand at these places have the same bytes. Both were read
// before: one that no longer lies in the file is FILE_CHANGED.
[[nodiscard]] Result<bool> is_same_string(os::ByteSource& source, const Encoding& encoding,
                                          std::uint64_t place, std::uint64_t other_place);

// The length of the string at `place`, read from the source itself; FILE_CHANGED when it is cut.
[[nodiscard]] Result<std::uint64_t> length_at(os::ByteSource& source, const Encoding& encoding,
                                              std::uint64_t place);

}  // namespace redzone::gguf
