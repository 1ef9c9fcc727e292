#include "cli/completion.hpp"

#include <fmt/format.h>

#include <functional>
#include <iterator>

namespace redzone::cli {

namespace {

using Visit = std::function<void(const CommandTree&, const std::string& path)>;

// Visits `command` and all below it; `path` is the words that lead to it, "redzone gguf info".
// The tree is our own and a handful of levels deep.
void walk(const CommandTree& command, const std::string& path, const Visit& visit) {
  visit(command, path);
  for (const CommandTree& subcommand : command.subcommands) {
    walk(subcommand, path + " " + subcommand.name, visit);
  }
}

std::string words_after(const CommandTree& command) {
  std::string words;
  for (const CommandTree& subcommand : command.subcommands) words += subcommand.name + " ";
  for (const std::string& operand : command.operands) words += operand + " ";
  for (const CommandOption& option : command.options) words += option.name + " ";
  if (!words.empty()) words.pop_back();
  return words;
}

// Doubles or escapes what would end a single-quoted word of the shell.
std::string in_single_quotes(const std::string& text, std::string_view for_quote) {
  std::string escaped = "'";
  for (const char letter : text) {
    if (letter == '\'') {
      escaped += for_quote;
    } else {
      escaped += letter;
    }
  }
  return escaped + "'";
}

// One table from the words typed so far to the words that may follow; bash and zsh share it.
std::string cases(const CommandTree& root) {
  std::string text;
  walk(root, root.name, [&text](const CommandTree& command, const std::string& path) {
    fmt::format_to(std::back_inserter(text), "    '{}') next='{}' files={} ;;\n", path,
                   words_after(command), command.takes_files ? 1 : 0);
  });
  return text;
}

std::string bash_script(const CommandTree& root) {
  return fmt::format(R"(# bash completion for {0}; load it with: source <({0} completion bash)
_{0}() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" path_so_far={0} next='' files=0 index word
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="${{COMP_WORDS[index]}}"
    _{0}_words "$path_so_far"
    if [[ "$word" != -* && " $next " == *" $word "* ]]; then path_so_far+=" $word"; fi
  done
  _{0}_words "$path_so_far"
  mapfile -t COMPREPLY < <(compgen -W "$next" -- "$current")
  if ((files)); then
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
  fi
}}
# Sets next and files of its caller.
_{0}_words() {{
  next='' files=0
  case "$1" in
{1}  esac
}}
complete -o filenames -F _{0} {0}
)",
                     root.name, cases(root));
}

std::string zsh_script(const CommandTree& root) {
  return fmt::format(R"(#compdef {0}
# zsh completion for {0}; load it with: source <({0} completion zsh)
_{0}() {{
  local path_so_far={0} next='' files=0 index
  for ((index = 2; index < CURRENT; index++)); do
    _{0}_words "$path_so_far"
    if [[ "${{words[index]}}" != -* && " $next " == *" ${{words[index]}} "* ]]; then
      path_so_far+=" ${{words[index]}}"
    fi
  done
  _{0}_words "$path_so_far"
  compadd -- ${{=next}}
  if ((files)); then _files; fi
}}
# Sets next and files of its caller.
_{0}_words() {{
  next='' files=0
  case "$1" in
{1}  esac
}}
compdef _{0} {0}
)",
                     root.name, cases(root));
}

std::string fish_script(const CommandTree& root) {
  std::string text = fmt::format(
      "# fish completion for {0}; load it with: {0} completion fish | source\n"
      "complete -c {0} -f\n",
      root.name);
  walk(root, root.name, [&](const CommandTree& command, const std::string& path) {
    // The words typed before, without the program itself, must be seen in this order.
    std::string condition = "__fish_use_subcommand";
    if (&command != &root) {
      condition.clear();
      for (std::size_t at = path.find(' '); at != std::string::npos;) {
        const std::size_t next = path.find(' ', at + 1);
        fmt::format_to(std::back_inserter(condition), "{}__fish_seen_subcommand_from {}",
                       condition.empty() ? "" : "; and ",
                       path.substr(at + 1, next == std::string::npos ? next : next - at - 1));
        at = next;
      }
      for (const CommandTree& subcommand : command.subcommands) {
        condition += "; and not __fish_seen_subcommand_from " + subcommand.name;
      }
    }
    const auto line = [&](const std::string& what, const std::string& description) {
      fmt::format_to(std::back_inserter(text), "complete -c {} -n '{}' {} -d {}\n", root.name,
                     condition, what, in_single_quotes(description, "\\'"));
    };
    for (const CommandTree& subcommand : command.subcommands) {
      line("-a " + subcommand.name, subcommand.description);
    }
    for (const std::string& operand : command.operands) line("-a " + operand, "");
    for (const CommandOption& option : command.options) {
      line("-l " + option.name.substr(2), option.description);
    }
    if (command.takes_files) line("-F", "file");
  });
  return text;
}

}  // namespace

std::optional<Shell> shell_named(std::string_view name) {
  if (name == "bash") return Shell::bash;
  if (name == "zsh") return Shell::zsh;
  if (name == "fish") return Shell::fish;
  return std::nullopt;
}

std::string completion_script(const CommandTree& root, Shell shell) {
  switch (shell) {
    case Shell::bash:
      return bash_script(root);
    case Shell::zsh:
      return zsh_script(root);
    case Shell::fish:
      return fish_script(root);
  }
  return "";
}

}  // namespace redzone::cli
