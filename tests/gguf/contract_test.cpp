// What others rely on: the codes' names, the limits' ranges, the tables of types.

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

#include "redzone/base/errors.hpp"
#include "redzone/os/errors.hpp"
#include "tests/gguf/open_support.hpp"

namespace redzone::gguf {
namespace {

TEST(GgufErrors, EveryCodeHasAPrintedName) {
  struct Name {
    Code code;
    const char* text;
  };
  for (const Name& name : {Name{Code::truncated_header, "TRUNCATED_HEADER"},
                           Name{Code::bad_magic, "BAD_MAGIC"},
                           Name{Code::bad_version, "BAD_VERSION"},
                           Name{Code::count_exceeds_file, "COUNT_EXCEEDS_FILE"},
                           Name{Code::limit, "LIMIT"},
                           Name{Code::string_exceeds_file, "STRING_EXCEEDS_FILE"},
                           Name{Code::empty_key, "EMPTY_KEY"},
                           Name{Code::key_too_long, "KEY_TOO_LONG"},
                           Name{Code::key_bad_char, "KEY_BAD_CHAR"},
                           Name{Code::duplicate_key, "DUPLICATE_KEY"},
                           Name{Code::bad_value_type, "BAD_VALUE_TYPE"},
                           Name{Code::bad_bool, "BAD_BOOL"},
                           Name{Code::array_exceeds_file, "ARRAY_EXCEEDS_FILE"},
                           Name{Code::nesting_too_deep, "NESTING_TOO_DEEP"},
                           Name{Code::truncated_value, "TRUNCATED_VALUE"},
                           Name{Code::bad_alignment, "BAD_ALIGNMENT"},
                           Name{Code::alignment_too_large, "ALIGNMENT_TOO_LARGE"},
                           Name{Code::alignment_bad_type, "ALIGNMENT_BAD_TYPE"},
                           Name{Code::name_too_long, "NAME_TOO_LONG"},
                           Name{Code::empty_name, "EMPTY_NAME"},
                           Name{Code::name_bad_char, "NAME_BAD_CHAR"},
                           Name{Code::duplicate_tensor, "DUPLICATE_TENSOR"},
                           Name{Code::bad_ndims, "BAD_NDIMS"},
                           Name{Code::dim_too_large, "DIM_TOO_LARGE"},
                           Name{Code::elements_overflow, "ELEMENTS_OVERFLOW"},
                           Name{Code::bytes_overflow, "BYTES_OVERFLOW"},
                           Name{Code::tensor_out_of_file, "TENSOR_OUT_OF_FILE"},
                           Name{Code::removed_tensor_type, "REMOVED_TENSOR_TYPE"},
                           Name{Code::unknown_tensor_type, "UNKNOWN_TENSOR_TYPE"},
                           Name{Code::row_not_block_multiple, "ROW_NOT_BLOCK_MULTIPLE"},
                           Name{Code::misaligned_offset, "MISALIGNED_OFFSET"},
                           Name{Code::tensor_overlap, "TENSOR_OVERLAP"},
                           Name{Code::file_changed, "FILE_CHANGED"},
                           Name{Code::bad_limit, "BAD_LIMIT"},
                           Name{Code::version_1, "VERSION_1"},
                           Name{Code::big_endian, "BIG_ENDIAN"},
                           Name{Code::alignment_not_power_of_two, "ALIGNMENT_NOT_POWER_OF_TWO"},
                           Name{Code::alignment_not_multiple_of_8, "ALIGNMENT_NOT_MULTIPLE_OF_8"},
                           Name{Code::name_long, "NAME_LONG"},
                           Name{Code::name_control_char, "NAME_CONTROL_CHAR"},
                           Name{Code::name_not_utf8, "NAME_NOT_UTF8"},
                           Name{Code::dim_zero, "DIM_ZERO"},
                           Name{Code::tensor_gap, "TENSOR_GAP"},
                           Name{Code::tensor_out_of_order, "TENSOR_OUT_OF_ORDER"},
                           Name{Code::trailing_bytes, "TRAILING_BYTES"},
                           Name{Code::final_padding_missing, "FINAL_PADDING_MISSING"}}) {
    EXPECT_EQ(error_name(error_code(name.code)), name.text);
  }
}

TEST(GgufErrors, CodesOfTheLayersBelowHaveTheirNamesAndOthersHaveNone) {
  EXPECT_EQ(error_name(error_code(os::Code::read_failed)), "READ_FAILED");
  EXPECT_EQ(error_name(error_code(BaseCode::out_of_memory)), "OUT_OF_MEMORY");
  EXPECT_EQ(error_name(ErrorCode{Component::gguf, 0}), "UNKNOWN");
  EXPECT_EQ(error_name(ErrorCode{Component::gguf, 255}), "UNKNOWN");
  EXPECT_EQ(error_name(ErrorCode{Component::arena, 1}), "UNKNOWN");
}

TEST(GgufLimits, AreTakenAtTheEndsOfTheirRangesAndRefusedBeyond) {
  const std::vector<std::byte> image = tests::GgufBuilder().build();
  for (const LimitField& field : kLimitFields) {
    Limits limits;
    limits.max_allocation = UINT64_MAX;
    for (const std::uint64_t good : {field.least, field.most}) {
      limits.*field.member = good;
      if (field.member == &Limits::max_allocation) limits.window = kWindowBytesMin;
      EXPECT_TRUE(check_limits(limits)) << field.name << good;
    }
    if (field.least > 0) {
      limits.*field.member = field.least - 1;
      EXPECT_TRUE(
          gives(check_limits(limits).error(),
                expected(Code::bad_limit, field.name, std::nullopt, field.least - 1, field.least)));
    }
    if (field.most < UINT64_MAX) {
      limits.*field.member = field.most + 1;
      EXPECT_TRUE(
          gives(check_limits(limits).error(),
                expected(Code::bad_limit, field.name, std::nullopt, field.most + 1, field.most)));
      EXPECT_TRUE(gives(Opened(image, limits).error(), check_limits(limits).error()));
    }
  }
}

TEST(GgufLimits, TheWindowAndAKeyFitOneAllocation) {
  constexpr std::uint64_t kSingle = 100'000;
  for (const std::uint64_t size : {kSingle - 1, kSingle}) {
    EXPECT_TRUE(check_limits({.max_allocation = kSingle, .window = size}));
    EXPECT_TRUE(check_limits({.max_allocation = kSingle, .key = size, .window = kWindowBytesMin}));
  }
  EXPECT_TRUE(gives(check_limits({.max_allocation = kSingle, .window = kSingle + 1}).error(),
                    expected(Code::bad_limit, "window", std::nullopt, kSingle + 1, kSingle)));
  const Limits long_key{.max_allocation = kSingle, .key = kSingle + 1, .window = kWindowBytesMin};
  EXPECT_TRUE(gives(check_limits(long_key).error(),
                    expected(Code::bad_limit, "key", std::nullopt, kSingle + 1, kSingle)));
}

TEST(GgufLimits, TheDefaultsAreThoseOfTheContract) {
  const Limits limits;
  EXPECT_EQ(limits.max_allocation, 1U << 20);
  EXPECT_EQ(limits.max_total, 64U << 20);
  EXPECT_EQ(limits.keys, 1'048'576U);
  EXPECT_EQ(limits.tensors, 1'048'576U);
  EXPECT_EQ(limits.key, 65'535U);
  EXPECT_EQ(limits.name, 255U);
  EXPECT_EQ(limits.dims, 4U);
  EXPECT_EQ(limits.depth, 8U);
  EXPECT_EQ(limits.alignment, 1U << 20);
  EXPECT_EQ(limits.window, 256U << 10);
  EXPECT_EQ(limits.warnings, 64U);
}

TEST(GgufLimits, TheWorstLimitsStillGiveASumThatDoesNotWrap) {
  const Limits limits{.max_allocation = UINT64_MAX,
                      .max_total = UINT64_MAX,
                      .keys = kEntriesMax,
                      .tensors = kEntriesMax,
                      .key = kKeyBytesMax,
                      .name = kNameBytesMax,
                      .window = kWindowBytesMax};
  ASSERT_TRUE(check_limits(limits));
  EXPECT_GT(peak_bytes_max(limits, kEntriesMax, kEntriesMax), 80 * kEntriesMax);
  EXPECT_LT(peak_bytes_max(limits, kEntriesMax, kEntriesMax), 80 * kEntriesMax + 4 * kMiB);
}

TEST(GgufTypes, ValueTypesHaveNamesAndSizes) {
  EXPECT_EQ(value_type_name(ValueType::u8), "u8");
  EXPECT_EQ(value_type_name(ValueType::boolean), "bool");
  EXPECT_EQ(value_type_name(ValueType::string), "string");
  EXPECT_EQ(value_type_name(ValueType::array), "array");
  EXPECT_EQ(value_type_name(ValueType::f64), "f64");
  EXPECT_EQ(value_type_name(static_cast<ValueType>(13)), "");
  EXPECT_EQ(scalar_size_bytes(ValueType::boolean), 1U);
  EXPECT_EQ(scalar_size_bytes(ValueType::i16), 2U);
  EXPECT_EQ(scalar_size_bytes(ValueType::f32), 4U);
  EXPECT_EQ(scalar_size_bytes(ValueType::i64), 8U);
  EXPECT_EQ(scalar_size_bytes(ValueType::string), 0U);
}

// Bytes per block and elements per block, as measured from ggml itself.
TEST(GgufTypes, TensorTypesHaveTheBlocksOfGgml) {
  struct Type {
    std::uint32_t id;
    const char* name;
    std::uint32_t elements;
    std::uint32_t bytes;
  };
  std::set<std::uint32_t> seen;
  for (const Type& type :
       {Type{0, "F32", 1, 4},         Type{1, "F16", 1, 2},         Type{2, "Q4_0", 32, 18},
        Type{3, "Q4_1", 32, 20},      Type{6, "Q5_0", 32, 22},      Type{7, "Q5_1", 32, 24},
        Type{8, "Q8_0", 32, 34},      Type{9, "Q8_1", 32, 36},      Type{10, "Q2_K", 256, 84},
        Type{11, "Q3_K", 256, 110},   Type{12, "Q4_K", 256, 144},   Type{13, "Q5_K", 256, 176},
        Type{14, "Q6_K", 256, 210},   Type{15, "Q8_K", 256, 292},   Type{16, "IQ2_XXS", 256, 66},
        Type{17, "IQ2_XS", 256, 74},  Type{18, "IQ3_XXS", 256, 98}, Type{19, "IQ1_S", 256, 50},
        Type{20, "IQ4_NL", 32, 18},   Type{21, "IQ3_S", 256, 110},  Type{22, "IQ2_S", 256, 82},
        Type{23, "IQ4_XS", 256, 136}, Type{24, "I8", 1, 1},         Type{25, "I16", 1, 2},
        Type{26, "I32", 1, 4},        Type{27, "I64", 1, 8},        Type{28, "F64", 1, 8},
        Type{29, "IQ1_M", 256, 56},   Type{30, "BF16", 1, 2},       Type{34, "TQ1_0", 256, 54},
        Type{35, "TQ2_0", 256, 66},   Type{39, "MXFP4", 32, 17},    Type{40, "NVFP4", 64, 36},
        Type{41, "Q1_0", 128, 18},    Type{42, "Q2_0", 64, 18}}) {
    const TensorTypeInfo* info = find_tensor_type(type.id);
    ASSERT_NE(info, nullptr);
    EXPECT_EQ(info->name, type.name);
    EXPECT_EQ(info->block_elements, type.elements) << type.name;
    EXPECT_EQ(info->block_size_bytes, type.bytes) << type.name;
    EXPECT_TRUE(info->advice.empty());
    EXPECT_FALSE(info->removed());
    seen.insert(type.id);
  }
  EXPECT_EQ(seen.size(), 35U);
  EXPECT_EQ(find_tensor_type(43), nullptr);
  EXPECT_EQ(find_tensor_type(UINT32_MAX), nullptr);
}

}  // namespace
}  // namespace redzone::gguf
