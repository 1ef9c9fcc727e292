// Classes K and A of the reader's errors: keys, values, arrays, and the alignment.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/gguf/open_support.hpp"

namespace redzone::gguf {
namespace {

using tests::GgufBuilder;
using tests::GgufBytes;
using tests::GgufFormat;

constexpr std::uint32_t kBool = 7;
constexpr std::uint32_t kString = 8;
constexpr std::uint32_t kArray = 9;

void nothing(GgufBytes&) {}

// The file without its last bytes.
std::vector<std::byte> without_last(std::vector<std::byte> image, std::size_t count) {
  image.resize(image.size() - count);
  return image;
}

TEST(GgufKey, RejectsALengthBeyondTheFile) {
  for (const std::uint64_t length : {UINT64_MAX, std::uint64_t{1} << 62, std::uint64_t{9}}) {
    GgufBuilder file;
    file.no_header_padding().kv("abc", 0, [](GgufBytes& to) { to.u8(1); }, length);
    const Opened opened(file);
    EXPECT_TRUE(gives(opened.error(), expected(Code::string_exceeds_file, "kv.key.length",
                                               file.at("kv0"), length, 8)));
  }
}

TEST(GgufKey, RejectsAnEmptyOne) {
  GgufBuilder file;
  file.u8("", 1);
  EXPECT_TRUE(
      gives(Opened(file).error(), expected(Code::empty_key, "kv.key.length", file.at("kv0"), 0)));
}

TEST(GgufKey, IsTakenBelowAndAtTheLimitAndRefusedAbove) {
  for (const std::size_t size : {65534U, 65535U, 65536U}) {
    GgufBuilder file;
    file.u8(std::string(size, 'k'), 1);
    const Opened opened(file);
    if (size <= 65535) {
      EXPECT_TRUE(opened.accepted()) << size;
    } else {
      EXPECT_TRUE(gives(opened.error(), expected(Code::key_too_long, "kv.key.length",
                                                 file.at("kv0"), size, 65535)));
    }
  }
}

TEST(GgufKey, IsPrintableAscii) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    GgufBuilder file;
    file.u8(std::string("a.") + static_cast<char>(byte) + "z", 1);
    const Opened opened(file);
    if (byte >= 0x20 && byte < 0x7f) {
      EXPECT_TRUE(opened.accepted()) << byte;
    } else {
      EXPECT_TRUE(gives(opened.error(),
                        expected(Code::key_bad_char, "kv.key", file.at("kv0.key") + 2, byte)));
    }
  }
}

TEST(GgufKey, FindsABadByteBeyondTheFirstWindow) {
  std::string key(6000, 'k');
  key[5999] = '\n';
  GgufBuilder file;
  file.u8(key, 1);
  const Opened opened(file, Limits{.window = kWindowBytesMin});
  EXPECT_TRUE(gives(opened.error(),
                    expected(Code::key_bad_char, "kv.key", file.at("kv0.key") + 5999, '\n')));
}

TEST(GgufKey, RejectsTheSecondOfTwoAndNamesTheFirst) {
  GgufBuilder file;
  file.u8("general.a", 1).u8("general.b", 1).string("general.a", "x");
  EXPECT_TRUE(gives(Opened(file).error(),
                    expected(Code::duplicate_key, "kv.key", file.at("kv2"), file.at("kv0"))));
}

TEST(GgufKey, TheOffsetsOfADuplicateLeadToTheName) {
  for (const std::uint32_t version : {1U, 3U}) {
    GgufBuilder file(GgufFormat{.version = version, .big_endian = true});
    file.u8("general.a", 1).u8("general.a", 2);
    Opened opened(file);
    std::array<char, 32> room{};
    EXPECT_EQ(read_name(opened.source(), opened.report(), opened.error().value, room), "general.a");
    EXPECT_EQ(read_name(opened.source(), opened.report(), opened.error().offset,
                        std::span(room).first(3)),
              "gen");
  }
}

TEST(GgufKey, DuplicatesAreFoundInLongKeysThatDifferOnlyInTheLastByte) {
  const std::string common(5000, 'k');
  GgufBuilder file;
  file.u8(common + "a", 1).u8(common + "b", 1);
  EXPECT_TRUE(Opened(file).accepted());
  file.u8(common + "b", 1);
  EXPECT_TRUE(gives(Opened(file).error(),
                    expected(Code::duplicate_key, "kv.key", file.at("kv2"), file.at("kv1"))));
}

TEST(GgufValue, RejectsTypesThatDoNotExist) {
  for (const std::uint32_t type : {13U, UINT32_MAX}) {
    GgufBuilder file;
    file.kv("key", type, [](GgufBytes& to) { to.u64(0); });
    EXPECT_TRUE(gives(Opened(file).error(),
                      expected(Code::bad_value_type, "kv.type", file.at("kv0.type"), type, 12)));
    GgufBuilder array;
    array.array("key", type, 1, [](GgufBytes& to) { to.u64(0); });
    EXPECT_TRUE(gives(Opened(array).error(), expected(Code::bad_value_type, "kv.array.type",
                                                      array.at("kv0.value"), type, 12)));
  }
}

TEST(GgufValue, ABoolIs0Or1) {
  EXPECT_TRUE(Opened(GgufBuilder().boolean("a", 0).boolean("b", 1)).accepted());
  GgufBuilder file;
  file.boolean("key", 2);
  EXPECT_TRUE(gives(Opened(file).error(),
                    expected(Code::bad_bool, "kv.value", file.at("kv0.value"), 2, 1)));
}

TEST(GgufValue, ABoolInAnArrayIs0Or1AlsoBeyondTheFirstWindow) {
  GgufBuilder good;
  good.array("key", kBool, 3, [](GgufBytes& to) { to.u8(0).u8(1).u8(0); });
  EXPECT_TRUE(Opened(good).accepted());

  GgufBuilder file;
  file.array("key", kBool, 9000,
             [](GgufBytes& to) { to.fill(8998, std::byte{1}).u8(255).u8(255); });
  const Opened opened(file, Limits{.window = kWindowBytesMin});
  EXPECT_TRUE(gives(opened.error(), expected(Code::bad_bool, "kv.array.element",
                                             file.at("kv0.value") + 12 + 8998, 255, 1)));
}

TEST(GgufValue, RejectsAStringBeyondTheFile) {
  for (const std::uint64_t length :
       {UINT64_MAX, std::uint64_t{1} << 62, std::uint64_t{1} << 30, std::uint64_t{4}}) {
    GgufBuilder file;
    file.no_header_padding();
    file.kv("key", kString, [length](GgufBytes& to) { to.length(length).text("abc"); });
    EXPECT_TRUE(gives(Opened(file).error(), expected(Code::string_exceeds_file, "kv.value.length",
                                                     file.at("kv0.value"), length, 3)));
  }
}

TEST(GgufValue, RejectsAStringInAnArrayBeyondTheFile) {
  GgufBuilder file;
  file.no_header_padding();
  file.array("key", kString, 2, [](GgufBytes& to) { to.string("abc").length(6).text("abcde"); });
  EXPECT_TRUE(
      gives(Opened(file).error(), expected(Code::string_exceeds_file, "kv.array.element.length",
                                           file.at("kv0.value") + 12 + 11, 6, 5)));
}

TEST(GgufValue, RejectsArraysThatTheFileCannotHold) {
  struct Case {
    std::uint32_t type;
    std::uint64_t length;
    std::uint64_t element_bytes_min;
  };
  for (const Case& claim :
       {Case{0, UINT64_MAX, 1}, Case{10, std::uint64_t{1} << 61, 8},
        Case{2, std::uint64_t{1} << 63, 2}, Case{kString, std::uint64_t{1} << 61, 8},
        Case{0, std::uint64_t{1} << 30, 1}, Case{kBool, 49, 1}, Case{5, 13, 4}, Case{12, 7, 8},
        Case{kString, 7, 8}, Case{kArray, 5, 12}, Case{kArray, 1U << 20, 12}}) {
    GgufBuilder file;
    file.no_header_padding();
    file.array("key", claim.type, claim.length, [](GgufBytes& to) { to.fill(48); });
    EXPECT_TRUE(gives(Opened(file).error(), expected(Code::array_exceeds_file, "kv.array.length",
                                                     file.at("kv0.value") + 4, claim.length,
                                                     48 / claim.element_bytes_min)))
        << claim.type;
  }
}

TEST(GgufValue, CountsInVersion1Are32BitsWide) {
  GgufBuilder file(GgufFormat{.version = 1});
  file.no_header_padding();
  file.array("key", kArray, 7, [](GgufBytes& to) { to.fill(48); });
  EXPECT_TRUE(gives(Opened(file).error(), expected(Code::array_exceeds_file, "kv.array.length",
                                                   file.at("kv0.value") + 4, 7, 6)));
}

TEST(GgufValue, AnArrayThatJustFitsIsTaken) {
  for (const std::uint32_t type : {0U, 2U, 5U, 10U, 12U, kBool, kString, kArray}) {
    GgufBuilder file;
    file.no_header_padding();
    const std::uint64_t size = type == kArray    ? 12
                               : type == kString ? 8
                                                 : scalar_size_bytes(static_cast<ValueType>(type));
    file.array("key", type, 48 / size, [](GgufBytes& to) { to.fill(48); });
    EXPECT_TRUE(Opened(file).accepted()) << type;
  }
}

TEST(GgufValue, EmptyArraysAndStringsAreTaken) {
  GgufBuilder file;
  file.array("a", kString, 0, nothing).array("b", kArray, 0, nothing).string("c", "");
  EXPECT_TRUE(Opened(file).accepted());
}

// An array of `depth` levels with one element each; the innermost is an empty array of bytes.
GgufBuilder nested(std::uint64_t depth) {
  GgufBuilder file;
  file.kv("key", kArray, [depth](GgufBytes& to) {
    for (std::uint64_t level = 1; level < depth; ++level) to.u32(kArray).length(1);
    to.u32(0).length(0);
  });
  return file;
}

TEST(GgufValue, ArraysNestBelowAndAtTheLimitAndNotAbove) {
  for (const std::uint64_t depth : {1U, 7U, 8U}) {
    GgufBuilder file = nested(depth);
    EXPECT_TRUE(Opened(file).accepted()) << depth;
  }
  for (const std::uint64_t depth : {9U, 10U, 100'001U}) {
    GgufBuilder file = nested(depth);
    EXPECT_TRUE(gives(Opened(file).error(), expected(Code::nesting_too_deep, "kv.array.type",
                                                     file.at("kv0.value") + 8 * 12, 9, 8)));
  }
}

TEST(GgufValue, TheDeepestLevelMayNameArraysAsLongAsThereAreNone) {
  GgufBuilder file;
  file.kv("key", kArray, [](GgufBytes& to) {
    for (int level = 1; level < 8; ++level) to.u32(kArray).length(1);
    to.u32(kArray).length(0);
  });
  EXPECT_TRUE(Opened(file).accepted());
}

TEST(GgufValue, WalksNestedArraysOfDifferentShapesToTheirEnd) {
  GgufBuilder file;
  file.array("key", kArray, 3, [](GgufBytes& to) {
    to.u32(kString).length(2).string("abc").string("");
    to.u32(kArray).length(2);
    to.u32(0).length(3).fill(3);
    to.u32(kArray).length(0);
    to.u32(kBool).length(2).u8(1).u8(0);
  });
  file.u32("after", 0x01020304);
  const Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  EXPECT_EQ(opened.reader().header_end(), file.at("header.end"));
}

TEST(GgufValue, ABadByteDeepInNestedArraysIsFound) {
  GgufBuilder file;
  file.array("key", kArray, 2, [](GgufBytes& to) {
    to.u32(kArray).length(1).u32(0).length(5).fill(5);
    to.u32(kArray).length(1).u32(kBool).length(1).u8(9);
  });
  EXPECT_TRUE(gives(Opened(file).error(), expected(Code::bad_bool, "kv.array.element",
                                                   file.at("kv0.value") + 12 + 24 + 5 + 24, 9, 1)));
}

TEST(GgufValue, AScalarThatIsCutAtAnyByteIsTruncated) {
  for (std::uint32_t type = 0; type <= 12; ++type) {
    const std::uint64_t size = scalar_size_bytes(static_cast<ValueType>(type));
    for (std::uint64_t cut = 1; cut <= size; ++cut) {
      GgufBuilder file;
      file.no_header_padding().kv("key", type, [size](GgufBytes& to) { to.fill(size); });
      const std::vector<std::byte> image = without_last(file.build(), cut);
      EXPECT_TRUE(gives(Opened(image).error(), expected(Code::truncated_value, "kv.value",
                                                        file.at("kv0.value"), size, size - cut)));
    }
  }
}

TEST(GgufValue, APartThatIsCutIsNamed) {
  GgufBuilder file;
  file.no_header_padding().string("a long enough key", "");
  const std::vector<std::byte> image = file.build();
  EXPECT_TRUE(
      gives(Opened(without_last(image, 3)).error(),
            expected(Code::truncated_value, "kv.value.length", file.at("kv0.value"), 8, 5)));
  EXPECT_TRUE(gives(Opened(without_last(image, 9)).error(),
                    expected(Code::truncated_value, "kv.type", file.at("kv0.type"), 4, 3)));
  EXPECT_TRUE(gives(Opened(without_last(image, 13)).error(),
                    expected(Code::string_exceeds_file, "kv.key.length", file.at("kv0"), 17, 16)));

  GgufBuilder array;
  array.no_header_padding().array("a long enough key", 0, 0, nothing);
  const std::vector<std::byte> with_array = array.build();
  EXPECT_TRUE(
      gives(Opened(without_last(with_array, 1)).error(),
            expected(Code::truncated_value, "kv.array.length", array.at("kv0.value") + 4, 8, 7)));
  EXPECT_TRUE(gives(Opened(without_last(with_array, 9)).error(),
                    expected(Code::truncated_value, "kv.array.type", array.at("kv0.value"), 4, 3)));
}

TEST(GgufValue, AKeyLengthThatIsCutIsTruncated) {
  GgufBuilder file;
  file.no_header_padding().u8("a key with more than enough bytes", 1).say_metadata_count(2);
  std::vector<std::byte> image = file.build();
  const std::uint64_t end = image.size();
  image.resize(image.size() + 5);
  EXPECT_TRUE(
      gives(Opened(image).error(), expected(Code::truncated_value, "kv.key.length", end, 8, 5)));
}

Error error_of_alignment(std::uint32_t alignment, bool with_tensor, std::uint64_t& place) {
  GgufBuilder file;
  file.u32("general.alignment", alignment);
  if (with_tensor) file.tensor({});
  const Opened opened(file);
  place = file.at("kv0.value");
  return opened.error();
}

TEST(GgufAlignment, IsAPowerOfTwoOrAMultipleOf8) {
  for (const std::uint32_t alignment : {0U, 3U, 5U, 6U, 7U, 9U, 12U, 13U, 20U, 33U}) {
    std::uint64_t place = 0;
    const Error error = error_of_alignment(alignment, true, place);
    EXPECT_TRUE(gives(error, expected(Code::bad_alignment, "general.alignment", place, alignment)));
  }
}

TEST(GgufAlignment, FlagsWhichOfTheTwoRulesItBreaks) {
  for (const std::uint32_t alignment : {1U, 2U, 4U, 8U, 16U, 24U, 32U, 48U, 4096U}) {
    GgufBuilder file;
    file.u32("general.alignment", alignment).align_to(alignment).tensor({});
    const Opened opened(file);
    ASSERT_TRUE(opened.accepted()) << alignment;
    EXPECT_EQ(opened.reader().alignment(), alignment);
    EXPECT_EQ(opened.reader().data_offset(), file.at("data"));
    const bool power = (alignment & (alignment - 1)) == 0;
    const bool multiple = alignment % 8 == 0;
    if (power && multiple) {
      EXPECT_TRUE(opened.warnings().empty()) << alignment;
    } else {
      ASSERT_EQ(opened.warnings().size(), 1U) << alignment;
      const Code flag =
          power ? Code::alignment_not_multiple_of_8 : Code::alignment_not_power_of_two;
      EXPECT_TRUE(gives(opened.warnings()[0],
                        expected(flag, "general.alignment", file.at("kv0.value"), alignment)));
    }
  }
}

TEST(GgufAlignment, IsTakenBelowAndAtTheLimitAndRefusedAbove) {
  for (const std::uint32_t alignment : {1U << 19, 1U << 20}) {
    GgufBuilder file;
    file.u32("general.alignment", alignment).align_to(1).no_header_padding();
    EXPECT_TRUE(Opened(file).accepted()) << alignment;
  }
  for (const std::uint32_t alignment : {(1U << 20) + 8, 1U << 21, 1U << 31}) {
    for (const bool with_tensor : {false, true}) {
      std::uint64_t place = 0;
      const Error error = error_of_alignment(alignment, with_tensor, place);
      EXPECT_TRUE(gives(error, expected(Code::alignment_too_large, "general.alignment", place,
                                        alignment, 1U << 20)));
    }
  }
}

TEST(GgufAlignment, IsAU32) {
  for (const std::uint32_t type : {0U, 1U, 2U, 3U, 5U, 6U, 7U, 8U, 9U, 10U, 11U, 12U}) {
    GgufBuilder file;
    file.kv("general.alignment", type, [](GgufBytes& to) { to.u64(32).fill(32); });
    EXPECT_TRUE(gives(Opened(file).error(), expected(Code::alignment_bad_type, "general.alignment",
                                                     file.at("kv0.type"), type)));
  }
}

TEST(GgufAlignment, IsOnlyWhatIsCalledExactlySo) {
  GgufBuilder file;
  file.u32("general.alignmen", 13).u32("general.alignment2", 13).u32("General.alignment", 13);
  const Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  EXPECT_EQ(opened.reader().alignment(), 32U);
}

TEST(GgufAlignment, CannotBeShadowedBehindAZeroByte) {
  GgufBuilder file;
  file.u32(std::string("general.alignment\0x", 19), 64);
  EXPECT_TRUE(gives(Opened(file).error(),
                    expected(Code::key_bad_char, "kv.key", file.at("kv0.key") + 17, 0)));
}

TEST(GgufAlignment, IsRecognisedAcrossTheEndOfAWindow) {
  // The window ends somewhere in the key, at every byte of it once.
  for (std::size_t before = 0; before < 30; ++before) {
    GgufBuilder file;
    file.string("s", std::string(kWindowBytesMin - 80 + before, 'x'));
    file.u32("general.alignment", 64).align_to(64).tensor({});
    const Opened opened(file, Limits{.window = kWindowBytesMin});
    ASSERT_TRUE(opened.accepted()) << before;
    EXPECT_EQ(opened.reader().alignment(), 64U) << before;
  }
}

}  // namespace
}  // namespace redzone::gguf
