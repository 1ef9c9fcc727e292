#include "redzone/base/checked.hpp"

#include <gtest/gtest.h>

#include <cstdint>

#include "redzone/base/bytes.hpp"

namespace redzone {
namespace {

TEST(CheckedAdd, GivesTheSumThatJustFits) { EXPECT_EQ(checked_add(UINT64_MAX - 7, 7), UINT64_MAX); }

TEST(CheckedAdd, RefusesTheSumThatIsOneTooLargeAndNamesTheLargestLeftOperand) {
  const Result<std::uint64_t> sum = checked_add(UINT64_MAX - 6, 7);
  ASSERT_FALSE(sum);
  EXPECT_EQ(sum.error().code, error_code(BaseCode::arithmetic_overflow));
  EXPECT_EQ(sum.error().value, UINT64_MAX - 6);
  EXPECT_EQ(sum.error().limit, UINT64_MAX - 7);
}

TEST(CheckedMul, GivesTheProductThatJustFits) {
  EXPECT_EQ(checked_mul(UINT64_MAX / 3, 3), UINT64_MAX / 3 * 3);
  EXPECT_EQ(checked_mul(UINT64_MAX, 0), 0u);
  EXPECT_EQ(checked_mul(0, UINT64_MAX), 0u);
}

TEST(CheckedMul, RefusesAProductThatWrapsToZero) {
  const Result<std::uint64_t> product = checked_mul(1ULL << 32, 1ULL << 32);
  ASSERT_FALSE(product);
  EXPECT_EQ(product.error().code, error_code(BaseCode::arithmetic_overflow));
  EXPECT_EQ(product.error().limit, UINT64_MAX >> 32);
}

TEST(CheckedAlignUp, RoundsToAnyPositiveMultiple) {
  EXPECT_EQ(checked_align_up(0, 32), 0u);
  EXPECT_EQ(checked_align_up(1, 32), 32u);
  EXPECT_EQ(checked_align_up(32, 32), 32u);
  EXPECT_EQ(checked_align_up(33, 24), 48u);
  EXPECT_EQ(checked_align_up(UINT64_MAX, 1), UINT64_MAX);
}

TEST(CheckedAlignUp, RefusesToWrap) {
  EXPECT_EQ(checked_align_up(UINT64_MAX - 31, 32), UINT64_MAX - 31);
  EXPECT_FALSE(checked_align_up(UINT64_MAX - 30, 32));
}

TEST(CheckedAlignUpDeathTest, AnAlignmentOfZeroIsAProgrammersError) {
  EXPECT_DEATH((void)checked_align_up(1, 0), "REDZONE_CHECK failed: alignment != 0");
}

TEST(Bytes, UnitsArePowersOf1024) {
  EXPECT_EQ(3_B, 3u);
  EXPECT_EQ(2_KiB, 2048u);
  EXPECT_EQ(1_MiB, 1048576u);
  EXPECT_EQ(16_GiB, 17179869184u);
}

}  // namespace
}  // namespace redzone
