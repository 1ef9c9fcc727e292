#include "testing/leak_history.hpp"

#include <gtest/gtest.h>

#include <string>

namespace redzone::testing {
namespace {

std::string leak(const char* kind, int bytes, int objects, const char* place) {
  return std::string(kind) + " leak of " + std::to_string(bytes) + " byte(s) in " +
         std::to_string(objects) + " object(s) allocated from:\n    #0 0x7f in malloc\n    #1 " +
         place + "\n\n";
}

std::string report(const std::string& leaks) {
  return "\n=====\n==12==ERROR: LeakSanitizer: detected memory leaks\n\n" + leaks +
         "SUMMARY: AddressSanitizer: 37 byte(s) leaked in 1 allocation(s).\n";
}

constexpr const char* kParse = "0x11f0 in parse /src/a.cpp:3";
constexpr const char* kLoad = "0x1200 in load /src/a.cpp:9";

TEST(LeakHistory, TheFirstReportIsNewAsAWhole) {
  LeakHistory history;
  EXPECT_EQ(history.take_new(report(leak("Direct", 37, 1, kParse))),
            "37 bytes in 1 block leaked, allocated from:\n"
            "    #0 0x7f in malloc\n    #1 0x11f0 in parse /src/a.cpp:3");
}

// How many paragraphs come of a report of so many places.
std::size_t paragraphs_of(std::size_t place_count) {
  std::string leaks;
  for (std::size_t i = 0; i < place_count; ++i) {
    leaks += leak("Direct", 1, 1, (std::to_string(i) + " in f /src/a.cpp:3").c_str());
  }
  LeakHistory history;
  const std::string text = history.take_new(report(leaks));
  std::size_t count = 0;
  for (std::size_t at = text.find(" leaked, "); at != std::string::npos;
       at = text.find(" leaked, ", at + 1)) {
    ++count;
  }
  return count;
}

TEST(LeakHistory, PlacesBeyondTheLimitAreOne) {
  EXPECT_EQ(paragraphs_of(LeakHistory::kPlacesMax - 1), LeakHistory::kPlacesMax - 1);
  EXPECT_EQ(paragraphs_of(LeakHistory::kPlacesMax), LeakHistory::kPlacesMax);
  EXPECT_EQ(paragraphs_of(LeakHistory::kPlacesMax + 1), LeakHistory::kPlacesMax);
}

TEST(LeakHistory, WhatIsRepeatedIsNotNew) {
  LeakHistory history;
  const std::string text = report(leak("Direct", 37, 1, kParse));
  EXPECT_NE(history.take_new(text), "");
  EXPECT_EQ(history.take_new(text), "");
}

TEST(LeakHistory, OnlyTheGrowthOfAPlaceIsNew) {
  LeakHistory history;
  history.take_new(report(leak("Direct", 74, 2, kParse)));
  const std::string text =
      history.take_new(report(leak("Direct", 111, 3, kParse) + leak("Direct", 5, 1, kLoad)));
  EXPECT_NE(text.find("37 bytes in 1 block leaked"), std::string::npos) << text;
  EXPECT_NE(text.find("5 bytes in 1 block leaked"), std::string::npos) << text;
  EXPECT_NE(text.find("in load"), std::string::npos) << text;
}

TEST(LeakHistory, ADirectLeakThatBecomesIndirectIsNotNew) {
  LeakHistory history;
  history.take_new(report(leak("Direct", 37, 1, kParse)));
  EXPECT_EQ(history.take_new(report(leak("Indirect", 37, 1, kParse))), "");
}

TEST(LeakHistory, ALeakThatWentAndCameBackIsNew) {
  LeakHistory history;
  history.take_new(report(leak("Direct", 37, 1, kParse)));
  history.take_new("");
  EXPECT_NE(history.take_new(report(leak("Direct", 37, 1, kParse))), "");
}

TEST(LeakHistory, TextThatIsNoLeakIsIgnored) {
  LeakHistory history;
  EXPECT_EQ(history.take_new("Direct leak of nothing\nSuppressions used:\n 1 37 f\n"), "");
}

}  // namespace
}  // namespace redzone::testing
