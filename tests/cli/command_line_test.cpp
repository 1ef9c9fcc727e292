#include "cli/command_line.hpp"

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

#include "redzone/base/bytes.hpp"
#include "tests/support/run_redzone.hpp"

namespace redzone::cli {
namespace {

Request parse(std::initializer_list<const char*> words) {
  std::vector<const char*> arguments{"redzone"};
  arguments.insert(arguments.end(), words);
  return parse_command_line(arguments);
}

std::string wrong(std::initializer_list<const char*> words) {
  const Request request = parse(words);
  const Answer* answer = std::get_if<Answer>(&request);
  if (answer == nullptr || answer->status != ExitStatus::wrong_usage) return "was accepted";
  return answer->text;
}

TEST(CommandLine, NamesAnUnknownSubcommandAndTheNearestRightOne) {
  EXPECT_EQ(wrong({"ggfu"}),
            "redzone: unknown subcommand \"ggfu\"; did you mean 'gguf'?\n"
            "Next step: redzone --help\n");
  EXPECT_EQ(wrong({"gguf", "inof", "model.gguf"}),
            "redzone gguf: unknown subcommand \"inof\"; did you mean 'info'?\n"
            "Next step: redzone gguf --help\n");
  EXPECT_EQ(wrong({"download"}),
            "redzone: unknown subcommand \"download\"\n"
            "Next step: redzone --help\n");
}

TEST(CommandLine, NamesAnUnknownOptionAndTheNearestRightOne) {
  EXPECT_EQ(wrong({"gguf", "info", "--jsno", "model.gguf"}),
            "redzone gguf info: unknown option \"--jsno\"; did you mean '--json'?\n"
            "Next step: redzone gguf info --help\n");
  EXPECT_EQ(wrong({"gguf", "info", "model.gguf", "--limit=keys=1"}),
            "redzone gguf info: unknown option \"--limit\"; did you mean '--limits'?\n"
            "Next step: redzone gguf info --help\n");
}

TEST(CommandLine, SpellsOutWhatATerminalWouldObeyInTheWordsOfTheUser) {
  for (const char* bad : {"keys\x1b[31m=7", "keys=\x1b[31m", "\x1b[31m"}) {
    const std::string said = wrong({"gguf", "info", "f", "--limits", bad});
    EXPECT_EQ(said.find('\x1b'), std::string::npos);
    EXPECT_NE(said.find("\\x1b[31m"), std::string::npos) << said;
  }
  EXPECT_NE(wrong({"gguf", "\x1b[31m"}).find("\"\\x1b[31m\""), std::string::npos);
  EXPECT_NE(wrong({"completion", "\x1b[31m"}).find("\"\\x1b[31m\""), std::string::npos);
}

TEST(CommandLine, NamesAMissingOperandAndASecondOne) {
  EXPECT_NE(wrong({"gguf", "info"}).find("FILE is required"), std::string::npos);
  EXPECT_NE(wrong({"gguf", "info", "a", "b"}).find("unknown operand \"b\""), std::string::npos);
  EXPECT_NE(wrong({}).find("subcommand is required"), std::string::npos);
}

TEST(CommandLine, TwoDashesEndTheOptions) {
  const Request request = parse({"gguf", "info", "--", "--json"});
  ASSERT_TRUE(std::holds_alternative<GgufInfoRequest>(request));
  EXPECT_EQ(std::get<GgufInfoRequest>(request).path, "--json");
  EXPECT_FALSE(std::get<GgufInfoRequest>(request).json);
}

TEST(CommandLine, SetsLimits) {
  const Request request = parse({"gguf", "info", "-", "--limits", "keys=7,max_total=2MiB"});
  ASSERT_TRUE(std::holds_alternative<GgufInfoRequest>(request));
  EXPECT_EQ(std::get<GgufInfoRequest>(request).limits.keys, 7u);
  EXPECT_EQ(std::get<GgufInfoRequest>(request).limits.max_total, 2_MiB);
}

TEST(CommandLine, SaysWhatIsWrongWithALimit) {
  EXPECT_NE(wrong({"gguf", "info", "f", "--limits", "kesy=7"}).find("did you mean 'keys'?"),
            std::string::npos);
  EXPECT_NE(wrong({"gguf", "info", "f", "--limits", "keys"}).find("\"keys\" is no KEY=VALUE"),
            std::string::npos);
  for (const char* bad : {"keys=", "keys=x", "keys=-1", "keys=7kB", "keys=18446744073709551616",
                          "max_total=18014398509481984KiB"}) {
    EXPECT_NE(wrong({"gguf", "info", "f", "--limits", bad}).find("is no whole number"),
              std::string::npos)
        << bad;
  }
  EXPECT_NE(wrong({"gguf", "info", "f", "--limits", "dims=9"}).find("dims=9 is out of range"),
            std::string::npos);
}

TEST(CommandLine, HelpAndVersionAreAsApproved) {
  const Folder folder;
  const Said help = run_redzone(folder, {"--help"});
  EXPECT_EQ(help.status, 0);
  expect_golden("help.txt", help.out);
  const Said info = run_redzone(folder, {"gguf", "info", "--help"});
  EXPECT_EQ(info.status, 0);
  expect_golden("gguf_info_help.txt", info.out);
  const Said version = run_redzone(folder, {"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_EQ(version.out, "redzone " REDZONE_VERSION "\n");
}

TEST(CommandLine, AWrongOneGoesToStandardErrorWithStatus2) {
  const Folder folder;
  const Said said = run_redzone(folder, {"gguf", "inof"});
  EXPECT_EQ(said.status, 2);
  EXPECT_EQ(said.out, "");
  EXPECT_NE(said.err.find("did you mean 'info'?"), std::string::npos);
}

}  // namespace
}  // namespace redzone::cli
