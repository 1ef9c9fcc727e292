#pragma once
// Numbers as people read them. Private to testing.

#include <cstdint>
#include <string>
#include <string_view>

namespace redzone::testing {

// "37 bytes", "1 byte", "117.2 KiB", "1.0 MiB": one digit, rounded to the nearest.
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
// "1 block", "2 blocks".
[[nodiscard]] std::string count_text(std::uint64_t count, std::string_view noun);
// "peak heap 117.2 KiB exceeds the limit of 100.0 KiB"; in bytes where the two would read alike.
[[nodiscard]] std::string exceeds_text(std::string_view what, std::uint64_t measured,
                                       std::uint64_t limit);

}  // namespace redzone::testing
