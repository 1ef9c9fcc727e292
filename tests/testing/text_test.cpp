#include "testing/text.hpp"

#include <gtest/gtest.h>

#include <string>

#include "redzone/testing/judgement.hpp"
#include "testing/frame_names.hpp"
#include "testing/symbolizer.hpp"

namespace redzone::testing {
namespace {

TEST(TestingText, BytesHaveOneDigitAndTheLargestUnitThatFits) {
  EXPECT_EQ(bytes_text(0), "0 bytes");
  EXPECT_EQ(bytes_text(1), "1 byte");
  EXPECT_EQ(bytes_text(1023), "1023 bytes");
  EXPECT_EQ(bytes_text(1024), "1.0 KiB");
  EXPECT_EQ(bytes_text(120'013), "117.2 KiB");
  EXPECT_EQ(bytes_text(1024 * 1024), "1.0 MiB");
  EXPECT_EQ(bytes_text(3ULL << 30), "3.0 GiB");
}

TEST(TestingText, RoundingCarriesIntoTheWholePart) {
  EXPECT_EQ(bytes_text(2 * 1024 - 1), "2.0 KiB");
  EXPECT_EQ(bytes_text(UINT64_MAX), "17179869184.0 GiB");
}

TEST(TestingText, LimitsThatReadLikeTheMeasurementAreInBytes) {
  EXPECT_EQ(exceeds_text("peak heap", 120'013, 102'400),
            "peak heap 117.2 KiB exceeds the limit of 100.0 KiB");
  EXPECT_EQ(exceeds_text("peak heap", 102'401, 102'400),
            "peak heap 102401 bytes exceeds the limit of 102400 bytes");
}

TEST(TestingText, LongMessagesAreCutAndSaySo) {
  const Judgement at = Judgement::bad(std::string(kJudgementBytesMax, 'a'));
  EXPECT_EQ(at.message().size(), kJudgementBytesMax);
  const Judgement above = Judgement::bad(std::string(kJudgementBytesMax + 7, 'a'));
  EXPECT_TRUE(above.message().ends_with("a\n[cut: 7 bytes more]"));
}

TEST(TestingFrames, ArgumentsAndFoldersAreLeftOut) {
  EXPECT_EQ(frame_text("ns::parse(Cursor&, int)", "/src/parser.cpp:41"),
            "ns::parse(...) parser.cpp:41");
  EXPECT_EQ(frame_text("ns::parse()", "parser.cpp:41"), "ns::parse() parser.cpp:41");
  EXPECT_EQ(frame_text("ns::Set::find(int) const", ""), "ns::Set::find(...) const");
  EXPECT_EQ(frame_text("run(void (*)(int))::{lambda()#1}::operator()() const", ""),
            "run(void (*)(int))::{lambda()#1}::operator()() const");
  EXPECT_EQ(frame_text("parse_c", "/a/b.c:7"), "parse_c b.c:7");
}

TEST(TestingFrames, WhatATemplateReturnsAndMarksOfCopiesAreLeftOut) {
  EXPECT_EQ(frame_text("void ns::Box<int>::put<int>(int) (.isra.0)", ""),
            "ns::Box<int>::put<int>(...)");
  EXPECT_EQ(frame_text("ns::part(int) [clone .constprop.0] [clone .isra.0]", ""), "ns::part(...)");
  EXPECT_EQ(frame_text("std::vector<int, std::allocator<int> > ns::grow<int>(int)", ""),
            "ns::grow<int>(...)");
  EXPECT_EQ(frame_text("unsigned long ns::f<int>()", ""), "ns::f<int>()");
  EXPECT_EQ(frame_text("auto ns::f(int) const::'lambda'(auto)::operator()<int>(auto) const", ""),
            "ns::f(int) const::'lambda'(auto)::operator()<int>(...) const");
  EXPECT_EQ(frame_text("ns::f(int) const::{lambda()#1}::operator()() const", ""),
            "ns::f(int) const::{lambda()#1}::operator()() const");
  EXPECT_EQ(frame_text("decltype(auto) ns::g<int>(int)", ""), "ns::g<int>(...)");
  EXPECT_EQ(frame_text("void (*ns::get<int>(int))(char)", ""), "void (*ns::get<int>(int))(...)");
  EXPECT_EQ(frame_text("bool ns::operator< <int>(ns::A, ns::B)", ""), "ns::operator< <int>(...)");
  EXPECT_EQ(frame_text("ns::Box<int>::operator bool() const", ""),
            "ns::Box<int>::operator bool() const");
}

TEST(TestingFrames, LongNamesAreCut) {
  for (const std::size_t bytes : {kFunctionBytesMax - 1, kFunctionBytesMax}) {
    EXPECT_EQ(frame_text(std::string(bytes, 'n'), "a.c:1"), std::string(bytes, 'n') + " a.c:1");
  }
  EXPECT_EQ(frame_text(std::string(kFunctionBytesMax + 1, 'n'), "a.c:1"),
            std::string(kFunctionBytesMax, 'n') + "... a.c:1");
}

TEST(TestingFrames, TheAllocatorAndTheStandardLibraryArePlumbing) {
  EXPECT_TRUE(is_plumbing("operator new(unsigned long)"));
  EXPECT_TRUE(is_plumbing("__interceptor_malloc"));
  EXPECT_TRUE(is_plumbing("std::vector<ns::A, std::allocator<ns::A> >::reserve(unsigned long)"));
  EXPECT_TRUE(is_plumbing("void std::vector<int>::_M_realloc_insert<int>(int&&)"));
  EXPECT_TRUE(is_plumbing("void std::vector<int>::_M_realloc_insert<int>(int&&) (.isra.0)"));
  EXPECT_TRUE(is_plumbing("operator new(unsigned long) [clone .cold]"));
  EXPECT_FALSE(is_plumbing("std::vector<int> ns::grow<int>(std::vector<int> const&)"));
  EXPECT_FALSE(is_plumbing("ns::parse(std::string const&)"));
}

TEST(TestingFrames, WhatRunsTheTestIsHarness) {
  EXPECT_TRUE(is_harness("testing::Test::Run()", ""));
  EXPECT_TRUE(is_harness("redzone::testing::(anonymous namespace)::OomTorture::run()", ""));
  EXPECT_TRUE(
      is_harness("void testing::internal::HandleExceptionsInMethodIfSupported<int>(int)", ""));
  EXPECT_TRUE(is_harness("claim_of<int>", "/usr/include/redzone/testing/torture.hpp:9"));
  EXPECT_FALSE(is_harness("Parser_Reads_Test::TestBody()", "/src/parser_test.cpp:9"));
}

TEST(TestingFrames, ToolOutputHasSeveralFunctionsAtOneAddress) {
  const std::string output =
      "0x00000000000011f0\ninner\n/src/a.cpp:3 (discriminator 2)\nouter(int)\n/src/a.cpp:9\n"
      "0x0000000000001200\n??\n??:0\n";
  std::string seen;
  read_tool_output(
      output,
      [](void* context, std::size_t index, std::string_view function, std::string_view place) {
        *static_cast<std::string*>(context) +=
            std::to_string(index) + ' ' + std::string(function) + ' ' + std::string(place) + '\n';
      },
      &seen);
  EXPECT_EQ(seen, "0 inner /src/a.cpp:3\n0 outer(int) /src/a.cpp:9\n1 ?? ??:0\n");
}

}  // namespace
}  // namespace redzone::testing
