#pragma once
// The whole program behind main().

#include <cstdio>
#include <span>

namespace redzone::cli {

// Parses `arguments` (argv, the program's name first), does what they ask, and returns the exit
// status. Results go to `out`, diagnostics to `err`. A result that cannot be written whole is a
// failure to run.
[[nodiscard]] int run(std::span<const char* const> arguments, std::FILE* out, std::FILE* err);

}  // namespace redzone::cli
