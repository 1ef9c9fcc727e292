// Files and sources that fail: reads that fail, stop short or are interrupted, each once; files cut
// at every byte and changed at every bit; files that shrink or grow while they are read.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "redzone/os/errors.hpp"
#include "redzone/os/fault_injecting_source.hpp"
#include "tests/gguf/describe.hpp"
#include "tests/gguf/images.hpp"
#include "tests/gguf/open_support.hpp"

namespace redzone::gguf {
namespace {

using tests::GgufBuilder;
using tests::GgufFormat;

constexpr Limits kSmallWindow{.window = kWindowBytesMin};

Result<std::string> read_all(os::ByteSource& source, MemoryBudget& budget) {
  const Result<Reader> reader =
      Reader::open_with_key(source, budget, kSmallWindow, nullptr, kTestKey);
  if (!reader) return fail(reader.error());
  return describe(*reader);
}

TEST(GgufFaults, AReadThatIsShortOrInterruptedOnceChangesNothing) {
  const std::vector<std::byte> image = everything({}, 9000).build();
  os::MemorySource memory(image);
  os::FaultInjectingSource source(memory);
  MemoryBudget budget{Limits{}.memory()};
  const Result<std::string> whole = read_all(source, budget);
  ASSERT_TRUE(whole);
  const std::uint64_t reads = source.operations();
  ASSERT_GE(reads, 5U);
  for (const os::FaultKind kind : {os::FaultKind::returns_short, os::FaultKind::is_interrupted}) {
    for (std::uint64_t nth = 1; nth <= reads; ++nth) {
      source.arm({.kind = kind, .nth = nth});
      EXPECT_EQ(read_all(source, budget), whole) << nth;
      EXPECT_GT(source.operations(), reads);
    }
  }
  source.arm({.kind = os::FaultKind::returns_short, .nth = 1, .for_ever = true});
  EXPECT_EQ(read_all(source, budget), whole);
}

TEST(GgufFaults, AReadThatFailsIsReportedAndNothingIsLeftBehind) {
  const std::vector<std::byte> image = everything({}, 9000).build();
  os::MemorySource memory(image);
  os::FaultInjectingSource source(memory);
  MemoryBudget budget{Limits{}.memory()};
  ASSERT_TRUE(read_all(source, budget));
  const std::uint64_t reads = source.operations();
  for (std::uint64_t nth = 1; nth <= reads; ++nth) {
    source.arm({.kind = os::FaultKind::fails, .nth = nth});
    const Result<std::string> text = read_all(source, budget);
    ASSERT_FALSE(text) << nth;
    EXPECT_EQ(text.error().code, error_code(os::Code::read_failed));
    EXPECT_EQ(budget.live_bytes(), 0U);
  }
}

TEST(GgufFaults, AFailureWhileNamesAreComparedIsReported) {
  GgufBuilder file;
  file.u8("same", 1).u8("same", 1);
  const std::vector<std::byte> image = file.build();
  os::MemorySource memory(image);
  os::FaultInjectingSource source(memory);
  MemoryBudget budget{Limits{}.memory()};
  ASSERT_FALSE(read_all(source, budget));
  const std::uint64_t reads = source.operations();
  ASSERT_EQ(reads, 5U);  // the window, two lengths, two pieces
  for (std::uint64_t nth = 1; nth <= reads; ++nth) {
    source.arm({.kind = os::FaultKind::fails, .nth = nth});
    EXPECT_EQ(read_all(source, budget).error().code, error_code(os::Code::read_failed)) << nth;
  }
}

class GgufTruncated : public testing::TestWithParam<GgufFormat> {};

INSTANTIATE_TEST_SUITE_P(EveryFormat, GgufTruncated,
                         testing::Values(GgufFormat{1, false}, GgufFormat{2, false},
                                         GgufFormat{3, false}, GgufFormat{3, true}));

TEST_P(GgufTruncated, AtEveryByteIsRejectedWithOneOfTheCodesForThat) {
  const std::vector<std::byte> image = everything(GetParam(), 10).no_final_padding().build();
  ASSERT_TRUE(Opened(image).accepted());
  constexpr std::array kAllowed = {Code::truncated_header,    Code::count_exceeds_file,
                                   Code::string_exceeds_file, Code::array_exceeds_file,
                                   Code::truncated_value,     Code::tensor_out_of_file};
  for (std::size_t size = 0; size < image.size(); ++size) {
    const Opened opened(
        std::vector<std::byte>(image.begin(), image.begin() + static_cast<std::ptrdiff_t>(size)));
    ASSERT_FALSE(opened.accepted()) << size;
    EXPECT_TRUE(std::ranges::any_of(
        kAllowed, [&opened](Code code) { return opened.error().code == error_code(code); }))
        << size << ": " << error_name(opened.error().code);
    EXPECT_TRUE(opened.error().has_limit()) << size;
    EXPECT_LE(opened.error().offset, size);
  }
}

TEST_P(GgufTruncated, OrChangedAtAnyBitIsReadOrRejectedButNeverMore) {
  std::vector<std::byte> image = everything(GetParam(), 10).build();
  for (std::size_t bit = 0; bit < image.size() * 8; ++bit) {
    const std::byte flip{static_cast<std::uint8_t>(1U << (bit % 8))};
    image[bit / 8] ^= flip;
    os::MemorySource source(image);
    MemoryBudget budget{Limits{}.memory()};
    const Result<std::string> text = read_all(source, budget);
    // What was accepted can be walked to its end: read_all fails in opening, or not at all.
    if (!text) {
      EXPECT_EQ(text.error().code.component, Component::gguf) << bit;
      EXPECT_NE(text.error().code, error_code(Code::file_changed)) << bit;
      EXPECT_LE(text.error().offset, image.size()) << bit;
      EXPECT_STRNE(text.error().field, "") << bit;
    }
    EXPECT_EQ(budget.live_bytes(), 0U);
    EXPECT_LE(budget.peak_bytes(), 2 * kMiB);
    image[bit / 8] ^= flip;
  }
}

// A source whose size is another from the nth question on, and that has no bytes beyond it.
class Resizing final : public os::ByteSource {
 public:
  Resizing(os::ByteSource& source, std::uint64_t size_bytes, int after)
      : source_(source), size_bytes_(size_bytes), after_(after) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    if (offset >= size_bytes_) return std::size_t{0};
    const std::uint64_t left = size_bytes_ - offset;
    return source_.read_at(offset, out.first(std::min<std::uint64_t>(left, out.size())));
  }
  Result<std::uint64_t> size_bytes() override {
    return asked_++ < after_ ? source_.size_bytes() : Result<std::uint64_t>(size_bytes_);
  }

 private:
  os::ByteSource& source_;
  std::uint64_t size_bytes_;
  int after_;
  int asked_ = 0;
};

TEST(GgufFaults, AFileThatShrinksWhileItIsReadHasChanged) {
  const std::vector<std::byte> image = everything({}, 9000).build();
  os::MemorySource memory(image);
  for (std::uint64_t size = 0; size < image.size(); size += 500) {
    Resizing source(memory, size, 1);
    MemoryBudget budget{Limits{}.memory()};
    const Result<std::string> text = read_all(source, budget);
    ASSERT_FALSE(text) << size;
    EXPECT_EQ(text.error().code, error_code(Code::file_changed)) << size;
    EXPECT_STREQ(text.error().field, "file.size");
    EXPECT_EQ(text.error().limit, image.size());
    EXPECT_EQ(text.error().value, size);
  }
}

TEST(GgufFaults, AFileThatGrowsWhileItIsReadHasChanged) {
  const std::vector<std::byte> image = everything({}, 10).build();
  os::MemorySource memory(image);
  Resizing source(memory, image.size() + 1, 1);
  MemoryBudget budget{Limits{}.memory()};
  EXPECT_TRUE(gives(
      read_all(source, budget).error(),
      expected(Code::file_changed, "file.size", std::nullopt, image.size() + 1, image.size())));
}

// One file for the first reads, another of the same size from then on.
class Rewritten final : public os::ByteSource {
 public:
  Rewritten(std::span<const std::byte> before, std::span<const std::byte> after,
            std::uint64_t reads_before)
      : before_(before), after_(after), reads_left_(reads_before) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    if (reads_left_ == 0) return after_.read_at(offset, out);
    --reads_left_;
    return before_.read_at(offset, out);
  }
  Result<std::uint64_t> size_bytes() override { return before_.size_bytes(); }

 private:
  os::MemorySource before_;
  os::MemorySource after_;
  std::uint64_t reads_left_;
};

TEST(GgufFaults, ADescriptorThatIsNoLongerWhatItWasHasChangedRatherThanBeingWrong) {
  GgufBuilder file;
  file.tensor({.name = "far", .offset = std::uint64_t{1} << 40U});
  for (int index = 0; index < 200; ++index) file.tensor({.name = std::to_string(index)});
  const std::vector<std::byte> before = file.build();
  std::vector<std::byte> after = before;
  after[static_cast<std::size_t>(file.at("tensor0"))] = std::byte{0};  // an empty name

  os::MemorySource memory(before);
  os::FaultInjectingSource counted(memory);
  MemoryBudget budget{Limits{}.memory()};
  ASSERT_EQ(read_all(counted, budget).error().code, error_code(Code::tensor_out_of_file));
  Rewritten source(before, after, counted.operations() - 1);
  EXPECT_EQ(read_all(source, budget).error().code, error_code(Code::file_changed));
}

TEST(GgufFaults, ANameThatIsReadAgainFromAShorterFileHasChanged) {
  GgufBuilder file;
  file.u8("general.name", 1);
  Opened opened(file);
  const std::vector<std::byte> shorter(10);
  os::MemorySource source(shorter);
  std::array<char, 16> room{};
  const Result<std::string_view> name = read_name(source, opened.report(), file.at("kv0"), room);
  ASSERT_FALSE(name);
  EXPECT_EQ(name.error().code, error_code(Code::file_changed));
}

}  // namespace
}  // namespace redzone::gguf
