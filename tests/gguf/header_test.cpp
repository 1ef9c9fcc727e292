// Classes H of the reader's errors: magic, version, counts, and files that are shorter than a
// header; versions and byte orders that are read.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "redzone/gguf/magic.hpp"
#include "tests/gguf/open_support.hpp"

namespace redzone::gguf {
namespace {

using tests::GgufBuilder;
using tests::GgufFormat;

std::vector<std::byte> first(std::vector<std::byte> image, std::size_t count) {
  image.resize(count);
  return image;
}

std::vector<std::byte> copied_bytes_of(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

TEST(GgufHeader, AcceptsTheSmallestFileOfEachVersionAndByteOrder) {
  for (const std::uint32_t version : {1U, 2U, 3U}) {
    for (const bool big_endian : {false, true}) {
      GgufBuilder file(GgufFormat{.version = version, .big_endian = big_endian});
      file.no_header_padding();
      const Opened opened(file);
      ASSERT_TRUE(opened.accepted()) << version << big_endian;
      EXPECT_EQ(opened.reader().version(), version);
      EXPECT_EQ(opened.reader().endianness(), big_endian ? Endianness::big : Endianness::little);
      EXPECT_EQ(opened.reader().file_size_bytes(), version == 1 ? 16U : 24U);
      EXPECT_EQ(opened.reader().header_end(), version == 1 ? 16U : 24U);
      EXPECT_EQ(opened.reader().data_offset(), 32U);
      EXPECT_EQ(opened.reader().alignment(), 32U);
      EXPECT_EQ(opened.reader().metadata_count(), 0U);
      EXPECT_EQ(opened.reader().tensor_count(), 0U);
    }
  }
}

TEST(GgufHeader, FlagsVersion1AndBigEndianFilesAndNothingElseAboutThem) {
  for (const std::uint32_t version : {1U, 2U, 3U}) {
    for (const bool big_endian : {false, true}) {
      GgufBuilder file(GgufFormat{.version = version, .big_endian = big_endian});
      file.u32("general.file_type", 1).tensor({});
      const Opened opened(file);
      std::vector<Error> wanted;
      if (version == 1) wanted.push_back(expected(Code::version_1, "header.version", 4, 1));
      if (big_endian) wanted.push_back(expected(Code::big_endian, "header.version", 4, version));
      ASSERT_TRUE(opened.accepted());
      ASSERT_EQ(opened.warnings().size(), wanted.size());
      for (std::size_t index = 0; index < wanted.size(); ++index) {
        EXPECT_TRUE(gives(opened.warnings()[index], wanted[index]));
      }
    }
  }
}

TEST(GgufHeader, RejectsAFileShorterThanAHeaderAndPointsToThePartThatIsCut) {
  struct Case {
    std::size_t size;
    const char* field;
    std::uint64_t offset;
  };
  const std::vector<std::byte> image = GgufBuilder().no_header_padding().build();
  for (const Case& cut :
       {Case{0, "header.magic", 0}, Case{3, "header.magic", 0}, Case{4, "header.version", 4},
        Case{7, "header.version", 4}, Case{8, "header.tensor_count", 8},
        Case{15, "header.tensor_count", 8}, Case{16, "header.metadata_kv_count", 16},
        Case{23, "header.metadata_kv_count", 16}}) {
    const Opened opened(first(image, cut.size));
    EXPECT_TRUE(gives(opened.error(),
                      expected(Code::truncated_header, cut.field, cut.offset, 24, cut.size)));
  }
}

TEST(GgufHeader, AHeaderOfVersion1Has16Bytes) {
  const std::vector<std::byte> image =
      GgufBuilder(GgufFormat{.version = 1}).no_header_padding().build();
  EXPECT_TRUE(gives(Opened(first(image, 15)).error(),
                    expected(Code::truncated_header, "header.metadata_kv_count", 12, 16, 15)));
  EXPECT_TRUE(Opened(first(image, 16)).accepted());
}

TEST(GgufHeader, RejectsEveryOtherMagicAndSaysWhatTheFileIs) {
  struct Case {
    std::string text;
    std::string description;  // a part of it
  };
  const std::string zeros(64, '\0');
  const std::vector<Case> cases = {
      {"FUGG", "reversed"},
      {"gguf", "lower case"},
      {"lmgg", "before GGUF"},
      {"tjgg", "before GGUF"},
      {"ggjt", "before GGUF"},
      {"<!DOCTYPE html>", "HTML"},
      {" \r\n<HTML lang=en>", "HTML"},
      {"\xef\xbb\xbf<!doctype html>", "HTML"},
      {"version https://git-lfs.github.com/spec/v1", "git-LFS"},
      {"PK\x03\x04", "zip"},
      {std::string("\x40\x01\0\0\0\0\0\0{\"__metadata__\"", 22), "safetensors"},
      {"{\"error\": \"not found\"}", "JSON"},
      {zeros, "only zero bytes"},
  };
  for (const Case& other : cases) {
    const Opened opened(copied_bytes_of(other.text));
    std::uint64_t value = 0;
    for (std::size_t index = 4; index > 0; --index) {
      value = value << 8 | static_cast<unsigned char>(other.text[index - 1]);
    }
    EXPECT_TRUE(gives(opened.error(), expected(Code::bad_magic, "header.magic", 0, value)));
    EXPECT_NE(describe_magic(opened.report().first_bytes()).find(other.description),
              std::string_view::npos)
        << other.text;
  }
}

TEST(GgufHeader, SaysNothingAboutAMagicThatItDoesNotKnow) {
  EXPECT_EQ(describe_magic(copied_bytes_of("some text that begins nothing")), "");
  EXPECT_EQ(describe_magic({}), "an empty file");
}

TEST(GgufHeader, RejectsVersionsThatDoNotExist) {
  for (const std::uint32_t version : {0U, 4U, 0x10000U, 0x04000000U, UINT32_MAX}) {
    GgufBuilder file;
    file.say_version(version);
    EXPECT_TRUE(
        gives(Opened(file).error(), expected(Code::bad_version, "header.version", 4, version, 3)));
  }
}

TEST(GgufHeader, ABigEndianVersionTurnsTheWholeFileRound) {
  GgufBuilder file(GgufFormat{.version = 3, .big_endian = true});
  file.u32("general.alignment", 64).align_to(64);
  const Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  EXPECT_EQ(opened.reader().alignment(), 64U);
}

TEST(GgufHeader, RejectsATensorCountThatTheFileCannotHold) {
  struct Case {
    std::uint32_t version;
    std::uint64_t count;
  };
  for (const Case& claim : {Case{3, UINT64_MAX}, Case{3, 1ULL << 63}, Case{3, 1ULL << 40},
                            Case{3, 5}, Case{1, UINT32_MAX}, Case{1, 6}}) {
    GgufBuilder file(GgufFormat{.version = claim.version});
    file.say_tensor_count(claim.count).align_to(8).trailing(4 * 24);
    const std::vector<std::byte> image = file.build();
    const std::uint64_t entry = claim.version == 1 ? 20 : 24;
    const std::uint64_t limit = (image.size() - (claim.version == 1 ? 16 : 24)) / entry;
    EXPECT_TRUE(
        gives(Opened(image).error(),
              expected(Code::count_exceeds_file, "header.tensor_count", 8, claim.count, limit)));
  }
}

TEST(GgufHeader, RejectsAMetadataCountThatTheFileCannotHold) {
  struct Case {
    std::uint32_t version;
    std::uint64_t count;
  };
  for (const Case& claim : {Case{3, UINT64_MAX}, Case{3, 1ULL << 63}, Case{3, 1ULL << 40},
                            Case{2, 5}, Case{1, UINT32_MAX}, Case{1, 6}}) {
    GgufBuilder file(GgufFormat{.version = claim.version});
    file.say_metadata_count(claim.count).align_to(8).trailing(4 * 13);
    const std::vector<std::byte> image = file.build();
    const std::uint64_t header = claim.version == 1 ? 16 : 24;
    const std::uint64_t limit = (image.size() - header) / (claim.version == 1 ? 9 : 13);
    EXPECT_TRUE(
        gives(Opened(image).error(), expected(Code::count_exceeds_file, "header.metadata_kv_count",
                                              claim.version == 1 ? 12 : 16, claim.count, limit)));
  }
}

TEST(GgufHeader, ACountThatTheFileCouldJustHoldIsNoErrorOfTheHeader) {
  GgufBuilder file;
  file.say_metadata_count(4).align_to(8).trailing(4 * 13);
  const std::vector<std::byte> image = file.build();
  EXPECT_NE(Opened(image).error().code, error_code(Code::count_exceeds_file));
}

TEST(GgufHeader, CountsAreTakenBelowAndAtTheirLimitsAndRefusedAbove) {
  GgufBuilder file;
  for (int index = 0; index < 3; ++index) {
    file.u8("key" + std::to_string(index), 1);
    file.tensor({.name = "tensor" + std::to_string(index)});
  }
  EXPECT_TRUE(Opened(file, Limits{.keys = 4, .tensors = 4}).accepted());
  EXPECT_TRUE(Opened(file, Limits{.keys = 3, .tensors = 3}).accepted());
  EXPECT_TRUE(gives(Opened(file, Limits{.keys = 2}).error(),
                    expected(Code::limit, "header.metadata_kv_count", 16, 3, 2)));
  EXPECT_TRUE(gives(Opened(file, Limits{.tensors = 2}).error(),
                    expected(Code::limit, "header.tensor_count", 8, 3, 2)));
}

TEST(GgufHeader, ARejectedFileStillTellsWhatWasRead) {
  GgufBuilder file(GgufFormat{.version = 2, .big_endian = true});
  file.u8("one", 1).u8("two", 2).boolean("three", 7).tensor({});
  const Opened opened(file);
  ASSERT_FALSE(opened.accepted());
  const OpenReport& report = opened.report();
  EXPECT_EQ(report.version, 2U);
  EXPECT_EQ(report.endianness, Endianness::big);
  EXPECT_EQ(report.metadata_count, 3U);
  EXPECT_EQ(report.tensor_count, 1U);
  EXPECT_EQ(report.metadata_read, 2U);
  EXPECT_EQ(report.tensors_read, 0U);
  EXPECT_EQ(report.alignment, std::nullopt);
  EXPECT_EQ(report.data_offset, std::nullopt);
  EXPECT_EQ(report.warnings.total(), 1U);
  EXPECT_EQ(report.first_bytes().size(), 64U);
}

}  // namespace
}  // namespace redzone::gguf
