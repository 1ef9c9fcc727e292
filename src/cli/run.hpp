#pragma once
// The whole program behind main().

#include <cstdio>
#include <span>

namespace redzone::cli {

// Parses `arguments` (argv, the program's name first), does what they ask, and returns the exit
// status. Results go to `out`, diagnostics to `err`. A result that cannot be written whole is a
// failure to run.
[[nodiscard]] int run(std::span<const char* const> arguments, std::FILE* out, std::FILE* err);

// The same with the standard streams, for main(): whatever is thrown ends as an exit status. Memory
// that runs out where no exception may leave, as in a destructor that allocates (those of
// nlohmann/json do), ends the process at once with the status for it; any other exception there is
// a mistake of ours, and aborts.
[[nodiscard]] int run_program(std::span<const char* const> arguments) noexcept;

}  // namespace redzone::cli
