#pragma once
// Whether bytes are well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF
// (the Unicode standard, table 3-7).

#include <cstddef>
#include <span>

namespace redzone::gguf {

// How many bytes of `text` from its start on are well formed: text.size() when all are, else the
// position of the first byte of the sequence that is not.
[[nodiscard]] std::size_t utf8_valid_prefix(std::span<const std::byte> text);

}  // namespace redzone::gguf
