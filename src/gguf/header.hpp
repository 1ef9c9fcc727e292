#pragma once
// The first 24 bytes (16 in version 1): magic, version, byte order, and the two counts, which are
// held against the size of the file and the limits before anything is done with them.

#include "gguf/fields.hpp"
#include "gguf/window.hpp"
#include "redzone/base/result.hpp"
#include "redzone/gguf/limits.hpp"
#include "redzone/gguf/report.hpp"

namespace redzone::gguf {

inline constexpr std::uint32_t kVersionMax = 3;

// Reads the header at the window's start into `report`, as far as it goes.
[[nodiscard]] Result<Encoding> read_header(Window& window, const Limits& limits,
                                           OpenReport& report);

}  // namespace redzone::gguf
