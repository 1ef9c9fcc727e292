#include "redzone/os/random.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>

#include "os/random_fill.hpp"
#include "redzone/os/byte_source.hpp"
#include "redzone/os/errors.hpp"
#include "tests/os/error_text_of.hpp"

namespace redzone::os {
namespace {

unsigned calls = 0;

std::ptrdiff_t give_three_bytes(void* buffer, std::size_t size_bytes, unsigned) {
  const std::size_t count = size_bytes < 3 ? size_bytes : 3;
  for (std::size_t index = 0; index < count; ++index) static_cast<char*>(buffer)[index] = 'r';
  return static_cast<std::ptrdiff_t>(count);
}

std::ptrdiff_t give_nothing(void*, std::size_t, unsigned) { return 0; }

std::ptrdiff_t be_missing(void*, std::size_t, unsigned) {
  errno = ENOSYS;
  return -1;
}

std::ptrdiff_t be_interrupted(void*, std::size_t, unsigned) {
  ++calls;
  errno = EINTR;
  return -1;
}

std::ptrdiff_t be_interrupted_up_to_the_limit(void* buffer, std::size_t size_bytes,
                                              unsigned flags) {
  if (calls < kInterruptionsMax) return be_interrupted(buffer, size_bytes, flags);
  return give_three_bytes(buffer, size_bytes, flags);
}

std::array<std::byte, 8> out;

TEST(Random, TwoKeysDiffer) {
  const auto first = random_key();
  const auto second = random_key();
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);
  EXPECT_NE(*first, *second);
  EXPECT_NE((*first)[0], (*first)[1]);
}

TEST(Random, FillsOverShortAnswersAndInterruptions) {
  out.fill(std::byte{0});
  EXPECT_TRUE(fill_random(out, give_three_bytes));
  for (const std::byte byte : out) EXPECT_EQ(byte, std::byte{'r'});
  calls = 0;
  EXPECT_TRUE(fill_random(out, be_interrupted_up_to_the_limit));
}

TEST(Random, GivesUpWithTheErrno) {
  const Error failed = make_error(Code::random_failed).with_field("getrandom");
  EXPECT_EQ(text_of(fill_random(out, be_missing).error()), text_of(failed.with_value(ENOSYS)));
  EXPECT_EQ(text_of(fill_random(out, give_nothing).error()), text_of(failed.with_value(EIO)));
  calls = 0;
  EXPECT_EQ(text_of(fill_random(out, be_interrupted).error()), text_of(failed.with_value(EINTR)));
  EXPECT_EQ(calls, kInterruptionsMax + 1);
}

}  // namespace
}  // namespace redzone::os
