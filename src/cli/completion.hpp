#pragma once
// Completion scripts for shells, made from the command tree itself, so that they cannot lag behind.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace redzone::cli {

enum class Shell { bash, zsh, fish };

struct CommandOption {
  std::string name;  // as typed, "--json"
  std::string description;
};

// A command with what may follow it.
struct CommandTree {
  std::string name;
  std::string description;
  std::vector<CommandOption> options;
  std::vector<CommandTree> subcommands;
  std::vector<std::string>
      operands;  // the words that may stand for a positional, if it is a choice
  bool takes_files = false;
};

[[nodiscard]] std::optional<Shell> shell_named(std::string_view name);

// The script that completes `root` in `shell`; ends with a newline.
[[nodiscard]] std::string completion_script(const CommandTree& root, Shell shell);

}  // namespace redzone::cli
