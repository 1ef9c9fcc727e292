#include "redzone/base/log.hpp"

#include <gtest/gtest.h>

#include <string>

namespace redzone {
namespace {

struct Heard {
  LogLevel level = LogLevel::debug;
  std::string text;
  int count = 0;
};

void hear(void* context, LogLevel level, std::string_view text) noexcept {
  auto* heard = static_cast<Heard*>(context);
  heard->level = level;
  heard->text = text;
  ++heard->count;
}

TEST(LogSink, SaysNothingUntilItIsGivenAFunction) {
  const LogSink silent;
  EXPECT_FALSE(silent);
  silent.write(LogLevel::error, "nobody hears this");
}

TEST(LogSink, HandsOverLevelAndText) {
  Heard heard;
  const LogSink sink{hear, &heard};
  EXPECT_TRUE(sink);
  sink.write(LogLevel::warning, "a level disappeared");
  EXPECT_EQ(heard.count, 1);
  EXPECT_EQ(heard.level, LogLevel::warning);
  EXPECT_EQ(heard.text, "a level disappeared");
}

TEST(LogSink, CutsAMessageAboveTheLimitAndSaysSo) {
  Heard heard;
  const LogSink sink{hear, &heard};
  for (const std::size_t below : {std::size_t{1}, std::size_t{0}}) {
    const std::string fits(kLogMessageBytesMax - below, 'a');
    sink.write(LogLevel::info, fits);
    EXPECT_EQ(heard.text, fits);
  }
  sink.write(LogLevel::info, std::string(kLogMessageBytesMax + 1, 'a'));
  EXPECT_EQ(heard.text, std::string(kLogMessageBytesMax - 3, 'a') + "...");
}

}  // namespace
}  // namespace redzone
