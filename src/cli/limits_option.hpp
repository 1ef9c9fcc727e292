#pragma once
// `--limits key=value,...`: the reader's limits from the command line.

#include <optional>
#include <string>
#include <string_view>

#include "redzone/gguf/limits.hpp"

namespace redzone::cli {

// Sets what `text` names in `limits`; returns what is wrong with it, naming the nearest right key.
// A value is a whole number, with KiB, MiB or GiB after it if wanted.
[[nodiscard]] std::optional<std::string> apply_limits(std::string_view text, gguf::Limits& limits);

// The keys with their defaults, as lines for a help text.
[[nodiscard]] std::string limits_help();

}  // namespace redzone::cli
