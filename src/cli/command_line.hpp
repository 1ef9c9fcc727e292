#pragma once
// The command line as one value: what the user asked for, or why it could not be understood. The
// only translation unit that knows CLI11 is behind this header.

#include <span>
#include <string>
#include <variant>

#include "cli/completion.hpp"
#include "cli/exit_status.hpp"
#include "redzone/gguf/limits.hpp"

namespace redzone::cli {

// Nothing is left to do but to print and to exit: help, the version, or a wrong command line.
struct Answer {
  ExitStatus status = ExitStatus::clean;
  std::string text;  // to standard output when clean, to standard error otherwise
};

struct GgufInfoRequest {
  std::string path;  // "-" is standard input
  bool json = false;
  gguf::Limits limits;
};

struct CompletionRequest {
  Shell shell = Shell::bash;
  CommandTree commands;
};

using Request = std::variant<Answer, GgufInfoRequest, CompletionRequest>;

// `arguments` is argv with the program's name first.
[[nodiscard]] Request parse_command_line(std::span<const char* const> arguments);

}  // namespace redzone::cli
