// Where tensor data lies: offsets, the end of the file, overlaps, order, gaps and padding.

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/gguf/open_support.hpp"

namespace redzone::gguf {
namespace {

using tests::GgufBuilder;
using tests::GgufTensor;

// Three tensors of 32 bytes, at these offsets; the file has room for eight.
GgufBuilder placed(const std::vector<std::uint64_t>& offsets) {
  GgufBuilder file;
  for (std::size_t index = 0; index < offsets.size(); ++index) {
    file.tensor({.name = std::string("t") + static_cast<char>('0' + index),
                 .size_bytes = 0,
                 .offset = offsets[index]});
  }
  return file.trailing(8 * 32);
}

TEST(GgufPlacement, RejectsAnOffsetThatIsNotAligned) {
  for (const std::uint64_t offset :
       {std::uint64_t{1}, std::uint64_t{31}, std::uint64_t{33}, UINT64_MAX}) {
    GgufBuilder file = placed({0, offset});
    EXPECT_TRUE(gives(Opened(file).error(), expected(Code::misaligned_offset, "tensor.offset",
                                                     file.at("tensor1.offset"), offset, 32)));
  }
}

TEST(GgufPlacement, RejectsDataBeyondTheEndOfTheFile) {
  for (const std::uint64_t offset : {std::uint64_t{8 * 32}, std::uint64_t{1} << 40}) {
    GgufBuilder file = placed({0, offset});
    const std::uint64_t size = file.build().size();
    const Opened opened(file);
    EXPECT_TRUE(gives(opened.error(),
                      expected(Code::tensor_out_of_file, "tensor.offset", file.at("tensor1.offset"),
                               file.at("data") + offset + 32, size)));
    EXPECT_EQ(opened.report().tensors_whole, 1U);
    EXPECT_EQ(opened.report().missing_bytes, file.at("data") + offset + 32 - size);
  }
  EXPECT_TRUE(Opened(placed({0, 7 * 32}).build()).accepted());
}

TEST(GgufPlacement, AnEndThatDoesNotFit64BitsHasNoValue) {
  GgufBuilder file = placed({UINT64_MAX - 31});
  const std::uint64_t size = file.build().size();
  const Opened opened(file);
  EXPECT_TRUE(gives(opened.error(), expected(Code::tensor_out_of_file, "tensor.offset",
                                             file.at("tensor0.offset"), std::nullopt, size)));
  EXPECT_EQ(opened.report().tensors_whole, 0U);
  EXPECT_EQ(opened.report().missing_bytes, std::nullopt);
}

TEST(GgufPlacement, DataThatLacksItsLastByteIsRejectedAndTheWholeTensorsAreCounted) {
  GgufBuilder file;
  file.tensor({.name = "a"}).tensor({.name = "b"}).tensor({.name = "c"}).no_final_padding();
  std::vector<std::byte> image = file.build();
  const std::uint64_t size = image.size();
  image.pop_back();
  const Opened opened(image);
  EXPECT_TRUE(gives(opened.error(), expected(Code::tensor_out_of_file, "tensor.offset",
                                             file.at("tensor2.offset"), size, size - 1)));
  EXPECT_EQ(opened.report().tensors_whole, 2U);
  EXPECT_EQ(opened.report().missing_bytes, 1U);
}

TEST(GgufPlacement, SaysHowMuchIsMissingForTheTensorThatReachesFurthest) {
  GgufBuilder file = placed({32 * 100, 32 * 200, 0});
  const std::uint64_t size = file.build().size();
  const Opened opened(file);
  EXPECT_EQ(opened.error().offset, file.at("tensor0.offset"));
  EXPECT_EQ(opened.report().tensors_whole, 1U);
  EXPECT_EQ(opened.report().missing_bytes, file.at("data") + 32 * 201 - size);
}

TEST(GgufPlacement, SizesWhoseSumWrapsAreOutOfTheFile) {
  constexpr std::uint64_t kHalf = 0x7fffffffffffffc0;
  GgufBuilder file;
  file.tensor({.name = "a", .dimensions = {kHalf}, .type = 24, .size_bytes = 0, .offset = 0});
  file.tensor({.name = "b", .dimensions = {kHalf}, .type = 24, .size_bytes = 0, .offset = kHalf});
  file.trailing(32);
  const std::uint64_t size = file.build().size();
  EXPECT_TRUE(gives(Opened(file).error(),
                    expected(Code::tensor_out_of_file, "tensor.offset", file.at("tensor0.offset"),
                             file.at("data") + kHalf, size)));
}

TEST(GgufPlacement, RejectsTensorsOnTheSamePlace) {
  GgufBuilder file = placed({0, 32, 32});
  EXPECT_TRUE(gives(Opened(file).error(), expected(Code::tensor_overlap, "tensor",
                                                   file.at("tensor2"), file.at("tensor1"))));
}

TEST(GgufPlacement, RejectsTensorsThatOverlapInPartWhicheverComesFirst) {
  for (const bool long_one_first : {true, false}) {
    GgufBuilder file;
    const GgufTensor longer{
        .name = "long", .dimensions = {24}, .size_bytes = 0, .offset = long_one_first ? 0 : 32};
    const GgufTensor shorter{.name = "short", .size_bytes = 0, .offset = 64};
    if (long_one_first) {
      file.tensor(longer).tensor(shorter);
    } else {
      file.tensor(shorter).tensor(longer);
    }
    file.trailing(8 * 32);
    EXPECT_TRUE(gives(Opened(file).error(), expected(Code::tensor_overlap, "tensor",
                                                     file.at("tensor1"), file.at("tensor0"))));
  }
}

TEST(GgufPlacement, AnOverlapWithAnEarlierLongTensorIsFoundBehindAnEmptyOne) {
  GgufBuilder file;
  file.tensor({.name = "long", .dimensions = {40}, .size_bytes = 0, .offset = 0});
  file.tensor({.name = "empty", .dimensions = {0}, .size_bytes = 0, .offset = 64});
  file.tensor({.name = "inside", .size_bytes = 0, .offset = 96});
  file.trailing(8 * 32);
  EXPECT_TRUE(gives(Opened(file).error(), expected(Code::tensor_overlap, "tensor",
                                                   file.at("tensor2"), file.at("tensor0"))));
}

TEST(GgufPlacement, EmptyTensorsOverlapNothing) {
  GgufBuilder file;
  file.tensor({.name = "a", .dimensions = {0}, .size_bytes = 0, .offset = 0});
  file.tensor({.name = "b", .size_bytes = 32, .offset = 0});
  file.tensor({.name = "c", .dimensions = {0}, .size_bytes = 0, .offset = 32});
  EXPECT_TRUE(Opened(file).accepted());
}

TEST(GgufPlacement, GapsAreFlagged) {
  GgufBuilder file = placed({32, 64, 4 * 32});
  file.trailing(5 * 32);
  const Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  ASSERT_EQ(opened.warnings().size(), 2U);
  EXPECT_TRUE(
      gives(opened.warnings()[0], expected(Code::tensor_gap, "tensor", file.at("tensor0"), 32)));
  EXPECT_TRUE(
      gives(opened.warnings()[1], expected(Code::tensor_gap, "tensor", file.at("tensor2"), 32)));
}

TEST(GgufPlacement, PaddingToTheAlignmentIsNoGap) {
  GgufBuilder file;
  file.tensor({.name = "a", .dimensions = {1}, .size_bytes = 4}).tensor({.name = "b"});
  const Opened opened(file);
  EXPECT_TRUE(opened.accepted());
  EXPECT_TRUE(opened.warnings().empty());
}

TEST(GgufPlacement, TensorsOutOfTheOrderOfTheirTableAreFlagged) {
  GgufBuilder file = placed({64, 0, 32});
  file.trailing(3 * 32);
  const Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  ASSERT_EQ(opened.warnings().size(), 1U);
  EXPECT_TRUE(gives(opened.warnings()[0],
                    expected(Code::tensor_out_of_order, "tensor", file.at("tensor1"), 0)));
}

TEST(GgufPlacement, TrailingBytesAreFlaggedAndCounted) {
  GgufBuilder file;
  file.tensor({.dimensions = {1}, .size_bytes = 4}).trailing(5);
  const Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  ASSERT_EQ(opened.warnings().size(), 1U);
  EXPECT_TRUE(gives(opened.warnings()[0],
                    expected(Code::trailing_bytes, "file.size", file.at("data.end"), 5)));

  GgufBuilder empty;
  empty.trailing(7);
  const Opened without_tensors(empty);
  ASSERT_TRUE(without_tensors.accepted());
  ASSERT_EQ(without_tensors.warnings().size(), 1U);
  EXPECT_TRUE(
      gives(without_tensors.warnings()[0], expected(Code::trailing_bytes, "file.size", 32, 7)));
}

TEST(GgufPlacement, MissingFinalPaddingIsFlagged) {
  GgufBuilder file;
  file.tensor({.dimensions = {1}, .size_bytes = 4}).no_final_padding();
  const Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  ASSERT_EQ(opened.warnings().size(), 1U);
  EXPECT_TRUE(gives(opened.warnings()[0],
                    expected(Code::final_padding_missing, "file.size", file.at("data.end"), 28)));
}

TEST(GgufPlacement, AFileWithoutTensorsNeedsNoPadding) {
  for (const bool padded : {true, false}) {
    GgufBuilder file;
    file.u8("key", 1);
    if (!padded) file.no_header_padding();
    const Opened opened(file);
    ASSERT_TRUE(opened.accepted());
    EXPECT_TRUE(opened.warnings().empty());
    EXPECT_EQ(opened.reader().data_offset(), 64U);
    EXPECT_EQ(opened.reader().header_end(), 40U);
  }
}

TEST(GgufPlacement, ATableWithoutAnyDataIsRejected) {
  GgufBuilder file;
  file.tensor({}).no_data();
  EXPECT_EQ(Opened(file).error().code, error_code(Code::tensor_out_of_file));
  GgufBuilder empty;
  empty.tensor({.dimensions = {0}, .size_bytes = 0}).no_data();
  EXPECT_EQ(Opened(empty).error().code, error_code(Code::tensor_out_of_file));
}

TEST(GgufPlacement, AgreesWithAComparisonOfAllPairsOnRandomTables) {
  constexpr unsigned kSeed = 20250611;
  std::mt19937 random(kSeed);
  unsigned overlapping = 0;
  constexpr int kRounds = 300;
  for (int round = 0; round < kRounds; ++round) {
    const std::size_t count = 2 + random() % 7;
    std::vector<GgufTensor> tensors;
    GgufBuilder file;
    for (std::size_t index = 0; index < count; ++index) {
      tensors.push_back({.name = "t" + std::to_string(index),
                         .dimensions = {(random() % 4) * 8},
                         .size_bytes = 0,
                         .offset = random() % 24 * 32});
      file.tensor(tensors.back());
    }
    file.trailing(32 * 32);
    bool overlap = false;
    for (const GgufTensor& left : tensors) {
      for (const GgufTensor& right : tensors) {
        const std::uint64_t left_end = *left.offset + left.dimensions[0] * 4;
        overlap =
            overlap || (&left != &right && left.dimensions[0] > 0 && right.dimensions[0] > 0 &&
                        *right.offset >= *left.offset && *right.offset < left_end);
      }
    }
    const Opened opened(file);
    EXPECT_EQ(opened.accepted(), !overlap) << "seed " << kSeed << " round " << round;
    if (!overlap) continue;
    ++overlapping;
    EXPECT_EQ(opened.error().code, error_code(Code::tensor_overlap));
  }
  EXPECT_GT(overlapping, 50U);
  EXPECT_LT(overlapping, kRounds - 50U);
}

}  // namespace
}  // namespace redzone::gguf
