#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>  // IWYU pragma: keep
#include <optional>
#include <string_view>
#include <vector>

#include "cli/escape.hpp"
#include "cli/limits_option.hpp"
#include "cli/nearest.hpp"

namespace redzone::cli {

namespace {

constexpr const char* kAbout =
    "Bounded building blocks and memory-safety checks for C and C++ projects.";

constexpr std::size_t kWordBytesShown = 200;

constexpr const char* kExitStatusHelp =
    "\nExit status:\n"
    "  0  clean: nothing found, file accepted\n"
    "  1  findings: a rejected file\n"
    "  2  the command line was wrong\n"
    "  3  it could not run: an input cannot be read\n";

CommandTree tree_of(const CLI::App& app) {
  CommandTree tree;
  tree.name = app.get_name();
  tree.description = app.get_description();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) {
      tree.takes_files = tree.takes_files || option->get_name(true) == "FILE";
      const std::string kind = option->get_type_name();
      if (kind.find('|') != std::string::npos) tree.operands = CLI::detail::split(kind, '|');
    }
    for (const std::string& name : option->get_lnames()) {
      tree.options.push_back({"--" + name, option->get_description()});
    }
  }
  for (const CLI::App* subcommand : app.get_subcommands({})) {
    tree.subcommands.push_back(tree_of(*subcommand));
  }
  return tree;
}

// The innermost subcommand that the words named.
const CLI::App& innermost(const CLI::App& app) {
  const CLI::App* current = &app;
  while (!current->get_subcommands().empty()) current = current->get_subcommands().front();
  return *current;
}

std::string path_of(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : path_of(*parent) + " " + app.get_name();
}

// What CLI11 could not place, named with the nearest word that would have been right.
std::string unknown_word(const CLI::App& app, const std::string& word) {
  const CommandTree tree = tree_of(app);
  const bool is_option = word.starts_with('-');
  std::vector<std::string> candidates;
  if (is_option) {
    for (const CommandOption& option : tree.options) candidates.push_back(option.name);
  } else {
    for (const CommandTree& subcommand : tree.subcommands) candidates.push_back(subcommand.name);
  }
  const char* kind = is_option ? "option" : tree.subcommands.empty() ? "operand" : "subcommand";
  std::string text = fmt::format("{}: unknown {} {}", path_of(app), kind,
                                 quoted(word.substr(0, word.find('=')), kWordBytesShown));
  const std::string_view near = nearest(word.substr(0, word.find('=')), candidates);
  if (!near.empty()) text += fmt::format("; did you mean '{}'?", near);
  return text;
}

Answer wrong_usage(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& at = innermost(app);
  const std::vector<std::string> unplaced = app.remaining(true);
  const std::string reason = unplaced.empty() ? fmt::format("{}: {}", path_of(at), error.what())
                                              : unknown_word(at, unplaced.front());
  return {ExitStatus::wrong_usage, fmt::format("{}\nNext step: {} --help\n", reason, path_of(at))};
}

// Every subcommand's options and where they go.
struct Parser {
  CLI::App app{kAbout, "redzone"};
  GgufInfoRequest info;
  std::string limits;
  std::string shell;
  CLI::App* gguf_info = nullptr;
  CLI::App* completion = nullptr;

  Parser() {
    app.set_version_flag("--version", "redzone " REDZONE_VERSION, "Print the version and exit");
    app.require_subcommand(1);
    app.footer(kExitStatusHelp);

    CLI::App* gguf = app.add_subcommand("gguf", "Read GGUF model files within bounds");
    gguf->require_subcommand(1);
    gguf_info = gguf->add_subcommand("info", "Print what a GGUF file holds");
    gguf_info->add_option("FILE", info.path, "The file to read; - is standard input")
        ->required()
        ->type_name("");
    gguf_info->add_flag("--json", info.json, "Print one JSON document (redzone/gguf-info/1)");
    gguf_info->add_option("--limits", limits, "Set limits: key=value,... (see below)")
        ->type_name("KEY=VALUE,...");
    gguf_info->footer(limits_help() + kExitStatusHelp);

    completion = app.add_subcommand("completion", "Print the completion script of a shell");
    completion->add_option("SHELL", shell, "bash, zsh or fish")
        ->required()
        ->type_name("bash|zsh|fish");
  }

  Request request() {
    if (gguf_info->parsed()) {
      if (const std::optional<std::string> wrong = apply_limits(limits, info.limits)) {
        return Answer{ExitStatus::wrong_usage, fmt::format("redzone gguf info: --limits: {}\n"
                                                           "Next step: redzone gguf info --help\n",
                                                           *wrong)};
      }
      return info;
    }
    const std::optional<Shell> named = shell_named(shell);
    if (!named) {
      const std::vector<std::string> shells{"bash", "zsh", "fish"};
      const std::string_view near = nearest(shell, shells);
      return Answer{ExitStatus::wrong_usage,
                    fmt::format("redzone completion: no script for the shell {}; {}\n",
                                quoted(shell, kWordBytesShown),
                                near.empty() ? "there is one for bash, zsh and fish"
                                             : fmt::format("did you mean '{}'?", near))};
    }
    return CompletionRequest{*named, tree_of(app)};
  }
};

}  // namespace

Request parse_command_line(std::span<const char* const> arguments) {
  Parser parser;
  try {
    parser.app.parse(static_cast<int>(arguments.size()), arguments.data());
    return parser.request();
  } catch (const CLI::CallForHelp&) {
    const CLI::App& at = innermost(parser.app);
    const std::string before = at.get_parent() == nullptr ? "" : path_of(*at.get_parent());
    return Answer{ExitStatus::clean, at.help(before)};
  } catch (const CLI::CallForVersion& version) {
    return Answer{ExitStatus::clean, std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return wrong_usage(parser.app, error);
  }
}

}  // namespace redzone::cli
