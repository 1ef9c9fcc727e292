#include "redzone/base/error.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "redzone/base/error_text.hpp"
#include "redzone/base/errors.hpp"

namespace redzone {
namespace {

TEST(Error, KnowsWhichOfItsNumbersAreKnown) {
  const Error bare = make_error(BaseCode::out_of_memory);
  EXPECT_FALSE(bare.has_offset());
  EXPECT_FALSE(bare.has_value());
  EXPECT_FALSE(bare.has_limit());

  const Error full = bare.with_offset(0).with_value(UINT64_MAX).with_limit(0);
  EXPECT_TRUE(full.has_offset());
  EXPECT_TRUE(full.has_value());
  EXPECT_TRUE(full.has_limit());
  EXPECT_EQ(full.value, UINT64_MAX);
}

TEST(Error, AreEqualWhenTheirFieldsReadTheSame) {
  const std::string one = "kv.key.length";
  const std::string other = "kv.key.length";
  const Error error = make_error(BaseCode::out_of_memory).with_value(7);
  EXPECT_EQ(error.with_field(one.c_str()), error.with_field(other.c_str()));
  EXPECT_NE(error.with_field(one.c_str()), error.with_field("kv.key"));
  EXPECT_NE(error, error.with_value(8));
  EXPECT_NE(error, error.with_limit(0));
}

TEST(Error, EveryCodeOfBaseHasANameAndOthersHaveNone) {
  EXPECT_EQ(base_error_name(error_code(BaseCode::arithmetic_overflow)), "ARITHMETIC_OVERFLOW");
  EXPECT_EQ(base_error_name(error_code(BaseCode::allocation_exceeds_single)),
            "ALLOCATION_EXCEEDS_SINGLE");
  EXPECT_EQ(base_error_name(error_code(BaseCode::allocation_exceeds_total)),
            "ALLOCATION_EXCEEDS_TOTAL");
  EXPECT_EQ(base_error_name(error_code(BaseCode::out_of_memory)), "OUT_OF_MEMORY");
  EXPECT_EQ(base_error_name(ErrorCode{Component::base, 0}), "UNKNOWN");
  EXPECT_EQ(base_error_name(ErrorCode{Component::os, 1}), "UNKNOWN");
}

TEST(ErrorText, SaysWhatIsKnownAndLeavesOutTheRest) {
  const Error error = make_error(BaseCode::allocation_exceeds_single);
  EXPECT_EQ(ErrorText(error, "CODE").view(), "CODE");
  EXPECT_EQ(ErrorText(error.with_offset(7), "CODE").view(), "CODE: at offset 7");
  EXPECT_EQ(ErrorText(error.with_limit(9), "CODE").view(), "CODE: limit 9");
  EXPECT_EQ(
      ErrorText(
          error.with_field("kv.key.length").with_offset(24).with_value(UINT64_MAX).with_limit(99),
          "CODE")
          .view(),
      "CODE: field 'kv.key.length' at offset 24: value 18446744073709551615, limit 99");
}

TEST(ErrorText, CutsWhatDoesNotFit) {
  const std::string longest(1000, 'x');
  const Error error = make_error(BaseCode::out_of_memory)
                          .with_field(longest.c_str())
                          .with_offset(UINT64_MAX)
                          .with_value(UINT64_MAX)
                          .with_limit(UINT64_MAX);
  const ErrorText text(error, longest);
  EXPECT_LE(text.view().size(), kErrorTextBytesMax);
  EXPECT_TRUE(text.view().ends_with("limit 18446744073709551615"));
}

}  // namespace
}  // namespace redzone
