#pragma once
// Text from untrusted input, made safe to print: what a terminal would obey or hide is spelled out.

#include <cstddef>
#include <string>
#include <string_view>

namespace redzone::cli {

// `text` between double quotes, with control bytes, invalid UTF-8, quotes and backslashes escaped
// (\n, \x1b, \", \\), and code points that reorder or hide text (C1 controls, zero-width and
// bidirectional formatting) as \u{202e}. At most `bytes_max` bytes of `text` are shown; a cut is
// marked by "..." after the closing quote.
[[nodiscard]] std::string quoted(std::string_view text, std::size_t bytes_max);

}  // namespace redzone::cli
