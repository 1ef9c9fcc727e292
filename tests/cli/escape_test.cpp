#include "cli/escape.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "cli/nearest.hpp"

namespace redzone::cli {
namespace {

using namespace std::string_view_literals;

TEST(Quoted, LeavesPlainTextAndValidUtf8Alone) {
  EXPECT_EQ(quoted("blk.0.attn_q.weight", 100), "\"blk.0.attn_q.weight\"");
  EXPECT_EQ(quoted("\xc3\xa9t\xc3\xa9 \xf0\x9f\x8d\x89", 100),
            "\"\xc3\xa9t\xc3\xa9 \xf0\x9f\x8d\x89\"");
}

TEST(Quoted, SpellsOutWhatATerminalWouldObey) {
  EXPECT_EQ(quoted("a\nb\tc\x1b[31m\x7f\0"sv, 100), "\"a\\nb\\tc\\x1b[31m\\x7f\\x00\"");
  EXPECT_EQ(quoted("\xc2\x9b"
                   "31m",
                   100),
            "\"\\u{9b}31m\"");
}

TEST(Quoted, SpellsOutWhatWouldHideOrReorderText) {
  const std::string reversed = {'\xe2', '\x80', '\xae', 'f', 'd', 'p', '.', 'e', 'x', 'e'};
  EXPECT_EQ(quoted(reversed, 100), "\"\\u{202e}fdp.exe\"");
  EXPECT_EQ(quoted("a\xe2\x80\x8b"
                   "b\xef\xbb\xbf",
                   100),
            "\"a\\u{200b}b\\u{feff}\"");
}

TEST(Quoted, SpellsOutBytesThatAreNoUtf8) {
  EXPECT_EQ(quoted("\xff", 100), "\"\\xff\"");
  EXPECT_EQ(quoted("\xc0\x80", 100), "\"\\xc0\\x80\"");                    // overlong
  EXPECT_EQ(quoted("\xed\xa0\x80", 100), "\"\\xed\\xa0\\x80\"");           // a surrogate
  EXPECT_EQ(quoted("\xf4\x90\x80\x80", 100), "\"\\xf4\\x90\\x80\\x80\"");  // beyond U+10FFFF
  EXPECT_EQ(quoted("\xe2\x82", 100), "\"\\xe2\\x82\"");                    // cut
}

TEST(Quoted, EscapesItsOwnQuotes) { EXPECT_EQ(quoted("q\"\\", 100), "\"q\\\"\\\\\""); }

TEST(Quoted, ShowsNoMoreThanItsLimitAndMarksTheCut) {
  EXPECT_EQ(quoted("abcd", 5), "\"abcd\"");
  EXPECT_EQ(quoted("abcde", 5), "\"abcde\"");
  EXPECT_EQ(quoted("abcdef", 5), "\"abcde\"...");
  EXPECT_EQ(quoted("ab\xc3\xa9", 3), "\"ab\"...");  // never half a character
}

TEST(Nearest, FindsTheWordThatWasMeant) {
  const std::vector<std::string> words{"info", "tensors", "verify", "--json"};
  EXPECT_EQ(nearest("inof", words), "info");
  EXPECT_EQ(nearest("verfy", words), "verify");
  EXPECT_EQ(nearest("--jsno", words), "--json");
  EXPECT_EQ(nearest("tensor", words), "tensors");
}

TEST(Nearest, IsSilentWhenNothingIsNear) {
  const std::vector<std::string> words{"info", "tensors"};
  EXPECT_EQ(nearest("download", words), "");
  EXPECT_EQ(nearest("", words), "");
  EXPECT_EQ(nearest(std::string(1000, 'i'), words), "");
}

}  // namespace
}  // namespace redzone::cli
