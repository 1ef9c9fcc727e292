#include "redzone/os/byte_source.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <thread>
#include <type_traits>
#include <vector>

#include "redzone/base/errors.hpp"
#include "redzone/os/errors.hpp"
#include "redzone/os/fault_injecting_source.hpp"
#include "redzone/os/memory_source.hpp"
#include "tests/os/error_text_of.hpp"

namespace redzone::os {
namespace {

std::vector<std::byte> counting_bytes(std::size_t count) {
  std::vector<std::byte> bytes(count);
  for (std::size_t index = 0; index < count; ++index) bytes[index] = static_cast<std::byte>(index);
  return bytes;
}

// Interrupted `interruptions` times before every read, which then gives one byte.
class InterruptedSource final : public ByteSource {
 public:
  InterruptedSource(ByteSource& source, unsigned interruptions)
      : source_(source), interruptions_(interruptions) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    if (seen_++ % (interruptions_ + 1) == interruptions_) {
      return source_.read_at(offset, out.first(1));
    }
    return fail(make_error(Code::read_interrupted).with_offset(offset).with_value(1));
  }
  Result<std::uint64_t> size_bytes() override { return source_.size_bytes(); }

 private:
  ByteSource& source_;
  unsigned interruptions_;
  unsigned seen_ = 0;
};

// A view of a vector that dies at once would dangle; one that stays, or a span, is fine.
static_assert(std::is_constructible_v<MemorySource, std::vector<std::byte>&>);
static_assert(std::is_constructible_v<MemorySource, const std::vector<std::byte>&>);
static_assert(std::is_constructible_v<MemorySource, std::span<const std::byte>>);
static_assert(std::is_constructible_v<MemorySource, std::span<std::byte>>);
static_assert(!std::is_constructible_v<MemorySource, std::vector<std::byte>>);
static_assert(!std::is_constructible_v<MemorySource, const std::vector<std::byte>>);
static_assert(!std::is_constructible_v<MemorySource, std::array<std::byte, 4>>);

TEST(MemorySource, ReadsFromAnOffsetUpToItsEnd) {
  const std::vector<std::byte> bytes = counting_bytes(10);
  MemorySource source(bytes);
  std::array<std::byte, 4> out{};
  EXPECT_EQ(source.size_bytes(), 10u);
  EXPECT_EQ(source.read_at(3, out), 4u);
  EXPECT_EQ(out[0], std::byte{3});
  EXPECT_EQ(out[3], std::byte{6});
  EXPECT_EQ(source.read_at(8, out), 2u);
  EXPECT_EQ(source.read_at(9, out), 1u);
  EXPECT_EQ(source.read_at(10, out), 0u);
  EXPECT_EQ(source.read_at(UINT64_MAX, out), 0u);
  EXPECT_EQ(source.read_at(0, {}), 0u);
}

TEST(ReadFully, StopsAtTheEndOfTheSource) {
  const std::vector<std::byte> bytes = counting_bytes(10);
  MemorySource source(bytes);
  std::array<std::byte, 8> out{};
  EXPECT_EQ(read_fully(source, 0, out), 8u);
  EXPECT_EQ(read_fully(source, 2, out), 8u);
  EXPECT_EQ(read_fully(source, 3, out), 7u);
  EXPECT_EQ(read_fully(source, 10, out), 0u);
  EXPECT_EQ(read_fully(source, 0, {}), 0u);
}

TEST(ReadFully, RefusesToReadPastTheLargestOffset) {
  const std::vector<std::byte> bytes = counting_bytes(10);
  MemorySource source(bytes);
  std::array<std::byte, 8> out{};
  EXPECT_EQ(read_fully(source, UINT64_MAX - 9, out), 0u);
  EXPECT_EQ(read_fully(source, UINT64_MAX - 8, out), 0u);
  const Result<std::size_t> refused = read_fully(source, UINT64_MAX - 7, out);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, error_code(BaseCode::arithmetic_overflow));
  EXPECT_EQ(refused.error().offset, UINT64_MAX - 7);
}

TEST(ReadFully, BearsInterruptionsBelowAndAtTheLimitAndGivesUpAbove) {
  const std::vector<std::byte> bytes = counting_bytes(3);
  MemorySource memory(bytes);
  for (const unsigned interruptions : {1u, kInterruptionsMax - 1, kInterruptionsMax}) {
    InterruptedSource source(memory, interruptions);
    std::array<std::byte, 3> out{};
    EXPECT_EQ(read_fully(source, 0, out), 3u) << interruptions;
    EXPECT_EQ(out[2], std::byte{2});
  }
  InterruptedSource source(memory, kInterruptionsMax + 1);
  std::array<std::byte, 3> out{};
  const Result<std::size_t> given_up = read_fully(source, 0, out);
  ASSERT_FALSE(given_up);
  EXPECT_EQ(text_of(given_up.error()), text_of(make_error(Code::read_interrupted)
                                                   .with_offset(0)
                                                   .with_value(kInterruptionsMax + 1)
                                                   .with_limit(kInterruptionsMax)));
}

class FaultInjectingSourceTest : public testing::Test {
 protected:
  Result<std::size_t> read_all() { return read_fully(source_, 0, out_); }

  const std::vector<std::byte> bytes_ = counting_bytes(100);
  MemorySource memory_{bytes_};
  FaultInjectingSource source_{memory_};
  std::vector<std::byte> out_ = std::vector<std::byte>(100);
};

TEST_F(FaultInjectingSourceTest, PassesReadsOnAndCountsThemWhileDisarmed) {
  EXPECT_EQ(source_.operations(), 0u);
  EXPECT_EQ(read_all(), 100u);
  EXPECT_EQ(out_, bytes_);
  EXPECT_EQ(source_.operations(), 1u);
  EXPECT_EQ(source_.size_bytes(), 100u);
  EXPECT_EQ(source_.operations(), 1u);
}

TEST_F(FaultInjectingSourceTest, FailsTheNthReadAloneOrAllFromItOn) {
  std::array<std::byte, 10> out{};
  for (const bool for_ever : {false, true}) {
    source_.arm({.kind = FaultKind::fails, .nth = 2, .for_ever = for_ever});
    EXPECT_EQ(source_.read_at(0, out), 10u);
    const Result<std::size_t> second = source_.read_at(10, out);
    ASSERT_FALSE(second);
    EXPECT_EQ(
        text_of(second.error()),
        text_of(make_error(Code::read_failed).with_field("read").with_offset(10).with_value(EIO)));
    EXPECT_EQ(source_.read_at(10, out).has_value(), !for_ever);
    EXPECT_EQ(source_.read_at(10, out).has_value(), !for_ever);
    EXPECT_EQ(source_.operations(), 4u);
  }
  source_.disarm();
  EXPECT_EQ(source_.read_at(10, out), 10u);
  EXPECT_EQ(source_.operations(), 5u);
}

TEST_F(FaultInjectingSourceTest, AFailureGoesThroughReadFullyAsItIs) {
  for (const bool for_ever : {false, true}) {
    source_.arm({.kind = FaultKind::fails, .nth = 1, .for_ever = for_ever});
    const Result<std::size_t> got = read_all();
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, error_code(Code::read_failed));
    EXPECT_EQ(source_.operations(), 1u);
  }
}

TEST_F(FaultInjectingSourceTest, ReadFullyBearsAShortReadOnceAndForEver) {
  source_.arm({.kind = FaultKind::returns_short, .nth = 1});
  EXPECT_EQ(read_all(), 100u);
  EXPECT_EQ(out_, bytes_);
  EXPECT_EQ(source_.operations(), 2u);

  out_.assign(100, std::byte{0});
  source_.arm({.kind = FaultKind::returns_short, .nth = 1, .for_ever = true});
  EXPECT_EQ(read_all(), 100u);
  EXPECT_EQ(out_, bytes_);
  EXPECT_GT(source_.operations(), 2u);
}

TEST_F(FaultInjectingSourceTest, AShortReadGivesHalfAndAtLeastOneByte) {
  source_.arm({.kind = FaultKind::returns_short, .nth = 1, .for_ever = true});
  std::array<std::byte, 9> out{};
  EXPECT_EQ(source_.read_at(0, out), 4u);
  EXPECT_EQ(source_.read_at(0, std::span(out).first(2)), 1u);
  EXPECT_EQ(source_.read_at(0, std::span(out).first(1)), 1u);
  EXPECT_EQ(source_.read_at(0, {}), 0u);
  EXPECT_EQ(source_.read_at(100, out), 0u);
}

TEST_F(FaultInjectingSourceTest, ReadFullyBearsAnInterruptionOnceAndGivesUpWhenItIsForEver) {
  source_.arm({.kind = FaultKind::is_interrupted, .nth = 1});
  EXPECT_EQ(read_all(), 100u);
  EXPECT_EQ(out_, bytes_);
  EXPECT_EQ(source_.operations(), 2u);

  source_.arm({.kind = FaultKind::is_interrupted, .nth = 1, .for_ever = true});
  const Result<std::size_t> got = read_all();
  ASSERT_FALSE(got);
  EXPECT_EQ(text_of(got.error()), text_of(make_error(Code::read_interrupted)
                                              .with_field("read")
                                              .with_offset(0)
                                              .with_value(kInterruptionsMax + 1)
                                              .with_limit(kInterruptionsMax)));
  EXPECT_EQ(source_.operations(), kInterruptionsMax + 1);
}

TEST_F(FaultInjectingSourceTest, GivesEveryReadOfManyThreadsItsOwnNumber) {
  constexpr std::uint64_t kThreads = 4;
  constexpr std::uint64_t kReads = 500;
  source_.arm({.kind = FaultKind::fails, .nth = 1000});
  std::array<std::uint64_t, kThreads> failures{};
  std::vector<std::thread> threads;
  for (std::uint64_t& count : failures) {
    threads.emplace_back([this, &count] {
      std::array<std::byte, 8> out{};
      for (std::uint64_t read = 0; read < kReads; ++read) {
        if (!source_.read_at(read % 100, out)) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(source_.operations(), kThreads * kReads);
  EXPECT_EQ(failures[0] + failures[1] + failures[2] + failures[3], 1u);
}

TEST_F(FaultInjectingSourceTest, AZerothReadIsAProgrammersError) {
  EXPECT_DEATH(source_.arm({.kind = FaultKind::fails, .nth = 0}), "REDZONE_CHECK failed: plan.nth");
}

}  // namespace
}  // namespace redzone::os
