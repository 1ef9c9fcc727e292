// Classes T of the reader's errors: names, dimensions, types and sizes of tensors.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/gguf/open_support.hpp"

namespace redzone::gguf {
namespace {

using tests::GgufBuilder;
using tests::GgufFormat;
using tests::GgufTensor;

constexpr std::uint64_t kMost = INT64_MAX;

GgufBuilder one(const GgufTensor& tensor) {
  GgufBuilder file;
  file.tensor(tensor);
  return file;
}

// A tensor without data, for shapes that no file could hold.
GgufBuilder shaped(std::vector<std::uint64_t> dimensions, std::uint32_t type) {
  return one({.dimensions = std::move(dimensions), .type = type, .size_bytes = 0});
}

TEST(GgufTensorName, RejectsALengthBeyondTheFile) {
  for (const std::uint64_t length : {UINT64_MAX, std::uint64_t{60}}) {
    GgufBuilder file = one({.name = "abc", .name_length = length});
    file.no_data();
    const std::uint64_t left = file.build().size() - file.at("tensor0.name");
    EXPECT_TRUE(
        gives(Opened(file).error(), expected(Code::string_exceeds_file, "tensor.name.length",
                                             file.at("tensor0"), length, left)));
  }
}

TEST(GgufTensorName, RejectsAnEmptyOne) {
  GgufBuilder file = one({.name = ""});
  EXPECT_TRUE(gives(Opened(file).error(),
                    expected(Code::empty_name, "tensor.name.length", file.at("tensor0"), 0)));
}

TEST(GgufTensorName, IsTakenBelowAndAtTheLimitAndRefusedAbove) {
  for (const std::size_t size : {254U, 255U, 256U}) {
    GgufBuilder file = one({.name = std::string(size, 'n')});
    const Opened opened(file);
    if (size <= 255) {
      EXPECT_TRUE(opened.accepted()) << size;
    } else {
      EXPECT_TRUE(gives(opened.error(), expected(Code::name_too_long, "tensor.name.length",
                                                 file.at("tensor0"), size, 255)));
    }
  }
  const Limits longest{.name = kNameBytesMax, .window = kWindowBytesMin};
  EXPECT_TRUE(Opened(one({.name = std::string(kNameBytesMax, 'n')}).build(), longest).accepted());
}

TEST(GgufTensorName, IsFlaggedFrom64BytesOn) {
  EXPECT_TRUE(Opened(one({.name = std::string(63, 'n')}).build()).warnings().empty());
  for (const std::size_t size : {64U, 255U}) {
    GgufBuilder file = one({.name = std::string(size, 'n')});
    const Opened opened(file);
    ASSERT_EQ(opened.warnings().size(), 1U);
    EXPECT_TRUE(gives(opened.warnings()[0],
                      expected(Code::name_long, "tensor.name.length", file.at("tensor0"), size)));
  }
}

TEST(GgufTensorName, HoldsNoZeroByte) {
  GgufBuilder file = one({.name = std::string("a\0b", 3)});
  EXPECT_TRUE(gives(Opened(file).error(),
                    expected(Code::name_bad_char, "tensor.name", file.at("tensor0.name") + 1, 0)));
}

TEST(GgufTensorName, ControlBytesAreFlagged) {
  for (const char byte : {'\x1b', '\n', '\x7f'}) {
    GgufBuilder file = one({.name = std::string("ab") + byte + "c"});
    const Opened opened(file);
    ASSERT_TRUE(opened.accepted());
    ASSERT_EQ(opened.warnings().size(), 1U);
    EXPECT_TRUE(gives(opened.warnings()[0],
                      expected(Code::name_control_char, "tensor.name", file.at("tensor0.name") + 2,
                               static_cast<std::uint8_t>(byte))));
  }
}

TEST(GgufTensorName, BytesThatAreNotUtf8AreFlagged) {
  EXPECT_TRUE(Opened(one({.name = "gr\xc3\xb6\xc3\x9f"
                                  "e"})
                         .build())
                  .warnings()
                  .empty());
  GgufBuilder file = one({.name = "ab\xc3"});
  const Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  ASSERT_EQ(opened.warnings().size(), 1U);
  EXPECT_TRUE(gives(opened.warnings()[0], expected(Code::name_not_utf8, "tensor.name",
                                                   file.at("tensor0.name") + 2, 0xc3)));
}

TEST(GgufTensorName, RejectsTheSecondOfTwoAndNamesTheFirst) {
  GgufBuilder file;
  file.tensor({.name = "a"}).tensor({.name = "b"}).tensor({.name = "b"});
  EXPECT_TRUE(gives(Opened(file).error(), expected(Code::duplicate_tensor, "tensor.name",
                                                   file.at("tensor2"), file.at("tensor1"))));
}

TEST(GgufTensorShape, HasAtMost4Dimensions) {
  for (const std::uint32_t count : {0U, 3U, 4U}) {
    const std::vector<std::uint64_t> dimensions(count, 1);
    EXPECT_TRUE(Opened(one({.dimensions = dimensions, .size_bytes = 4}).build()).accepted());
  }
  GgufBuilder five = one({.dimensions = {1, 1, 1, 1, 1}, .size_bytes = 4});
  EXPECT_TRUE(gives(Opened(five).error(),
                    expected(Code::bad_ndims, "tensor.n_dims", five.at("tensor0.n_dims"), 5, 4)));
  EXPECT_TRUE(Opened(five, Limits{.dims = 5}).accepted());
  GgufBuilder many = one({.n_dims = UINT32_MAX});
  EXPECT_TRUE(gives(Opened(many).error(), expected(Code::bad_ndims, "tensor.n_dims",
                                                   many.at("tensor0.n_dims"), UINT32_MAX, 4)));
}

TEST(GgufTensorShape, RejectsADimensionThatIsNoSignedNumber) {
  for (const std::uint64_t dimension : {std::uint64_t{1} << 63, UINT64_MAX}) {
    GgufBuilder file = shaped({1, dimension}, 0);
    EXPECT_TRUE(
        gives(Opened(file).error(), expected(Code::dim_too_large, "tensor.dimension",
                                             file.at("tensor0.dimension1"), dimension, kMost)));
  }
}

TEST(GgufTensorShape, RejectsElementsThatWrap) {
  constexpr std::uint64_t k32 = std::uint64_t{1} << 32;
  struct Case {
    std::vector<std::uint64_t> dimensions;
    std::size_t at;
    std::uint64_t product;  // of the dimensions before that one
  };
  const std::vector<Case> cases = {
      {{k32, k32}, 1, k32},                                                        // to 0
      {{4194305, 4194305, 211106198978564}, 2, std::uint64_t{4194305} * 4194305},  // to 4
      {{kMost, 2}, 1, kMost},                                                      // to a negative
      {{k32, k32, 0}, 1, k32},  // a dimension of 0 excuses no other
      {{0, k32, k32}, 2, k32},
  };
  for (const Case& wraps : cases) {
    GgufBuilder file = shaped(wraps.dimensions, 24);
    EXPECT_TRUE(gives(Opened(file).error(),
                      expected(Code::elements_overflow, "tensor.dimension",
                               file.at("tensor0.dimension" + std::to_string(wraps.at)),
                               wraps.dimensions[wraps.at], kMost / wraps.product)));
  }
}

TEST(GgufTensorShape, TheLargestCountOfElementsIsNoOverflow) {
  // 2^63 - 1 = 7 * 1317624576693539401
  for (const std::vector<std::uint64_t>& dimensions :
       {std::vector<std::uint64_t>{kMost}, {7, 1317624576693539401}, {kMost, 1, 1}}) {
    GgufBuilder file = shaped(dimensions, 24);
    EXPECT_EQ(Opened(file).error().code, error_code(Code::tensor_out_of_file));
  }
}

TEST(GgufTensorShape, RejectsBytesThatWrap) {
  GgufBuilder file = shaped({std::uint64_t{1} << 62}, 0);
  EXPECT_TRUE(gives(Opened(file).error(), expected(Code::bytes_overflow, "tensor.dimension",
                                                   file.at("tensor0.dimension0"),
                                                   std::uint64_t{1} << 62, UINT64_MAX / 4)));
  // Q8_0: 34 bytes for 32 elements
  constexpr std::uint64_t kElements = kMost / 32 * 32;
  GgufBuilder blocks = shaped({kElements}, 8);
  EXPECT_EQ(Opened(blocks).error().code, error_code(Code::tensor_out_of_file));
  GgufBuilder larger = shaped({kElements}, 27);
  EXPECT_TRUE(gives(Opened(larger).error(),
                    expected(Code::bytes_overflow, "tensor.dimension",
                             larger.at("tensor0.dimension0"), kElements, UINT64_MAX / 8)));
}

TEST(GgufTensorShape, BytesThatJustFit64BitsAreOutOfTheFileAndNeverRoundedUpFirst) {
  constexpr std::uint64_t k30 = std::uint64_t{1} << 30;
  for (const GgufTensor& tensor :
       {GgufTensor{.dimensions = {(std::uint64_t{1} << 61) - 1}, .type = 27, .size_bytes = 0},
        GgufTensor{.dimensions = {4, k30 - 1, k30 + 1}, .type = 0, .size_bytes = 0}}) {
    GgufBuilder file = one(tensor);
    const std::uint64_t size = file.build().size();
    EXPECT_TRUE(
        gives(Opened(file).error(), expected(Code::tensor_out_of_file, "tensor.offset",
                                             file.at("tensor0.offset"), std::nullopt, size)));
  }
}

TEST(GgufTensorType, RemovedOnesAreNamedWithAdvice) {
  for (const std::uint32_t type : {4U, 5U, 31U, 32U, 33U, 36U, 37U, 38U}) {
    GgufBuilder file = one({.type = type});
    EXPECT_TRUE(gives(Opened(file).error(), expected(Code::removed_tensor_type, "tensor.type",
                                                     file.at("tensor0.type"), type)));
    ASSERT_NE(find_tensor_type(type), nullptr);
    EXPECT_TRUE(find_tensor_type(type)->removed());
    EXPECT_FALSE(find_tensor_type(type)->name.empty());
    EXPECT_FALSE(find_tensor_type(type)->advice.empty());
  }
}

TEST(GgufTensorType, UnknownOnesAreRejected) {
  for (const std::uint32_t type : {43U, UINT32_MAX}) {
    GgufBuilder file = one({.type = type});
    EXPECT_TRUE(gives(Opened(file).error(), expected(Code::unknown_tensor_type, "tensor.type",
                                                     file.at("tensor0.type"), type, 42)));
  }
}

TEST(GgufTensorType, EachActiveOneHasItsSizeInTheFile) {
  unsigned active = 0;
  for (std::uint32_t type = 0; type <= kTensorTypeMax; ++type) {
    const TensorTypeInfo* info = find_tensor_type(type);
    ASSERT_NE(info, nullptr);
    if (info->removed()) continue;
    ++active;
    const std::uint64_t bytes = std::uint64_t{info->block_size_bytes} * 6;
    GgufBuilder file = one({.dimensions = {std::uint64_t{info->block_elements} * 2, 3},
                            .type = type,
                            .size_bytes = bytes});
    file.no_final_padding();
    std::vector<std::byte> image = file.build();
    EXPECT_TRUE(Opened(image).accepted()) << info->name;
    image.pop_back();
    EXPECT_EQ(Opened(image).error().code, error_code(Code::tensor_out_of_file)) << info->name;
  }
  EXPECT_EQ(active, 35U);
}

TEST(GgufTensorType, ARowIsAWholeNumberOfBlocks) {
  struct Case {
    std::vector<std::uint64_t> dimensions;
    std::uint32_t type;
    std::uint64_t block;
  };
  for (const Case& odd :
       {Case{{100}, 12, 256}, Case{{16, 2}, 2, 32}, Case{{257}, 15, 256}, Case{{65, 64}, 40, 64}}) {
    GgufBuilder file = shaped(odd.dimensions, odd.type);
    EXPECT_TRUE(gives(Opened(file).error(),
                      expected(Code::row_not_block_multiple, "tensor.dimension",
                               file.at("tensor0.dimension0"), odd.dimensions[0], odd.block)));
  }
  GgufBuilder scalar = shaped({}, 2);
  EXPECT_TRUE(
      gives(Opened(scalar).error(), expected(Code::row_not_block_multiple, "tensor.dimension",
                                             scalar.at("tensor0.type"), 1, 32)));
}

TEST(GgufTensorShape, ADimensionOf0IsFlaggedAndNoDimensionsAreNot) {
  GgufBuilder file = shaped({32, 0, 0}, 2);
  const Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  ASSERT_EQ(opened.warnings().size(), 2U);
  EXPECT_TRUE(gives(opened.warnings()[0], expected(Code::dim_zero, "tensor.dimension",
                                                   file.at("tensor0.dimension1"), 0)));
  EXPECT_TRUE(gives(opened.warnings()[1], expected(Code::dim_zero, "tensor.dimension",
                                                   file.at("tensor0.dimension2"), 0)));
  const Opened scalar(one({.dimensions = {}, .size_bytes = 4}).build());
  EXPECT_TRUE(scalar.accepted());
  EXPECT_TRUE(scalar.warnings().empty());
}

TEST(GgufTensorTable, APartThatIsCutIsNamed) {
  GgufBuilder file;
  file.tensor({.name = "a name with more than enough bytes", .dimensions = {8, 1}});
  file.no_data();
  const std::vector<std::byte> image = file.build();
  struct Case {
    const char* part;
    const char* field;
    std::uint64_t size;
  };
  for (const Case& cut :
       {Case{"tensor0.n_dims", "tensor.n_dims", 4},
        Case{"tensor0.dimension0", "tensor.dimension", 8},
        Case{"tensor0.dimension1", "tensor.dimension", 8}, Case{"tensor0.type", "tensor.type", 4},
        Case{"tensor0.offset", "tensor.offset", 8}}) {
    for (const std::uint64_t left : {std::uint64_t{0}, cut.size - 1}) {
      std::vector<std::byte> short_image = image;
      short_image.resize(file.at(cut.part) + left);
      EXPECT_TRUE(gives(Opened(short_image).error(), expected(Code::truncated_value, cut.field,
                                                              file.at(cut.part), cut.size, left)));
    }
  }
}

TEST(GgufTensorTable, DimensionsOfVersion1Are32BitsWide) {
  GgufBuilder file(GgufFormat{.version = 1});
  file.tensor({.dimensions = {4, 2}});
  const Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  EXPECT_EQ(opened.reader().header_end(), file.at("header.end"));
  EXPECT_EQ(file.at("tensor0.dimension1") - file.at("tensor0.dimension0"), 4U);
}

}  // namespace
}  // namespace redzone::gguf
