// The memory contract and the bounds on work: what the budget's own figures say for many keys, many
// tensors, and the bombs that make other readers allocate.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "redzone/base/errors.hpp"
#include "redzone/os/fault_injecting_source.hpp"
#include "tests/gguf/images.hpp"
#include "tests/gguf/open_support.hpp"

namespace redzone::gguf {
namespace {

using tests::GgufBuilder;
using tests::GgufBytes;
using tests::GgufFormat;

// What hostile files have: a reader that is not linear does not come to an end here.
constexpr std::uint64_t kMany = 100'000;

void expect_within_contract(const MemoryBudget& budget, std::uint64_t keys, std::uint64_t tensors) {
  EXPECT_LE(budget.peak_bytes(), 2 * kMiB + 32 * keys + 48 * tensors);
  EXPECT_LE(budget.peak_bytes(), peak_bytes_max(Limits{}, keys, tensors));
  EXPECT_LE(budget.largest_allocation_bytes(), Limits{}.window);
  EXPECT_EQ(budget.refusal_count(), 0U);
}

std::uint64_t walk_all(const Reader& reader) {
  std::uint64_t entries = 0;
  Result<MetadataCursor> metadata = reader.metadata();
  Result<TensorCursor> tensors = reader.tensors();
  if (!metadata || !tensors) return 0;
  while (true) {
    const Result<const MetadataEntry*> entry = metadata->next();
    if (!entry || *entry == nullptr) break;
    ++entries;
  }
  while (true) {
    const Result<const TensorEntry*> tensor = tensors->next();
    if (!tensor || *tensor == nullptr) break;
    ++entries;
  }
  return entries;
}

// A source that has any number of zero bytes behind a beginning, and counts what is read.
class Sparse final : public os::ByteSource {
 public:
  Sparse(std::vector<std::byte> head, std::uint64_t size_bytes)
      : head_(std::move(head)), size_bytes_(size_bytes) {}

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    for (std::size_t index = 0; index < out.size(); ++index) {
      const std::uint64_t position = offset + index;
      if (position == size_bytes_) return index;
      out[index] = position < head_.size() ? head_[position] : std::byte{0};
    }
    bytes_read += out.size();
    return out.size();
  }
  Result<std::uint64_t> size_bytes() override { return size_bytes_; }

  std::uint64_t bytes_read = 0;

 private:
  std::vector<std::byte> head_;
  std::uint64_t size_bytes_;
};

TEST(GgufMemory, StaysWithinItsSumForManyKeys) {
  Opened opened(many(kMany, 0));
  ASSERT_TRUE(opened.accepted());
  EXPECT_EQ(walk_all(opened.reader()), kMany);
  expect_within_contract(opened.budget(), kMany, 0);
}

TEST(GgufMemory, StaysWithinItsSumForManyTensorsInTheWorstOrder) {
  Opened opened(many(0, kMany));
  ASSERT_TRUE(opened.accepted());
  EXPECT_EQ(walk_all(opened.reader()), kMany);
  expect_within_contract(opened.budget(), 0, kMany);
}

TEST(GgufMemory, StaysWithinItsSumForTheLongestNames) {
  GgufBuilder file;
  file.u8(std::string(65535, 'k'), 1).string("s", std::string(200'000, 's'));
  file.tensor({.name = std::string(255, 'n')});
  Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  EXPECT_EQ(walk_all(opened.reader()), 3U);
  expect_within_contract(opened.budget(), 2, 1);
}

TEST(GgufMemory, TheSumCountsWhatCursorsTake) {
  GgufBuilder file;
  file.u8(std::string(65535, 'k'), 1).tensor({.name = std::string(255, 'n')});
  const Limits limits{.window = kWindowBytesMin};
  Opened opened(file, limits);
  ASSERT_TRUE(opened.accepted());
  EXPECT_EQ(walk_all(opened.reader()), 2U);
  const std::uint64_t sum = peak_bytes_max(limits, 1, 1);
  EXPECT_LE(opened.budget().peak_bytes(), sum);
  // The window is gone by then, and the fixed parts are rounded up.
  EXPECT_GE(opened.budget().peak_bytes() + limits.window + kReaderBytes, sum);
}

TEST(GgufMemory, ReadsNoByteOfTheHeaderTwice) {
  const std::vector<std::byte> image = many(kMany / 2, kMany / 2);
  os::MemorySource memory(image);
  os::FaultInjectingSource source(memory);
  MemoryBudget budget{Limits{}.memory()};
  ASSERT_TRUE(Reader::open(source, budget));
  EXPECT_LE(source.operations(), image.size() / (Limits{}.window - 2048) + 1);
}

TEST(GgufMemory, ASmallFileTakesLittle) {
  GgufBuilder file;
  file.u8("key", 1).tensor({});
  Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  EXPECT_LE(opened.budget().peak_bytes(), kReaderBytes);
}

TEST(GgufMemory, TheSumIsCheckedBeforeTheMemoryIsTaken) {
  const std::vector<std::byte> image = many(1000, 2000);
  const std::uint64_t sum = peak_bytes_max(Limits{}, 1000, 2000);
  for (const std::uint64_t total : {sum + 1, sum}) {
    EXPECT_TRUE(Opened(image, Limits{.max_total = total}).accepted());
  }
  Opened refused(image, Limits{.max_total = sum - 1});
  EXPECT_TRUE(
      gives(refused.error(), expected(Code::limit, "memory.total", std::nullopt, sum, sum - 1)));
  EXPECT_EQ(refused.budget().refusal_count(), 0U);
  EXPECT_LE(refused.budget().peak_bytes(), kReaderBytes + Limits{}.window);
}

TEST(GgufMemory, TheLargestAllocationIsCheckedBeforeTheMemoryIsTaken) {
  constexpr std::uint64_t kLargest = 64 * kKiB;
  Limits limits{.max_allocation = kLargest, .window = kWindowBytesMin};
  Opened opened(many(kMany, 0), limits);
  EXPECT_TRUE(opened.accepted());
  EXPECT_LE(opened.budget().largest_allocation_bytes(), kLargest);
  // The directory of the pages of 2^23 keys is longer: the file is a claim and zeros.
  constexpr std::uint64_t kKeys = 1 << 23;
  limits.keys = kKeys;
  limits.max_total = UINT64_MAX;
  GgufBytes head(GgufFormat{});
  head.text("GGUF").u32(3).u64(0).u64(kKeys);
  Sparse source(head.bytes(), head.size() + kKeys * 13);
  MemoryBudget budget{limits.memory()};
  EXPECT_TRUE(gives(
      Reader::open(source, budget, limits).error(),
      expected(Code::limit, "memory.allocation", std::nullopt, (kKeys / 2048 + 1) * 24, kLargest)));
  EXPECT_EQ(budget.refusal_count(), 0U);
}

TEST(GgufMemory, EveryRefusalOfTheBudgetIsPassedOnAndLeavesNothing) {
  const std::vector<std::byte> image = many(100, 100);
  std::uint64_t enough = 0;
  {
    Opened opened(image);
    enough = opened.budget().peak_bytes();
  }
  for (std::uint64_t total = 0; total < enough; total += 512) {
    os::MemorySource source(image);
    MemoryBudget budget{{.max_single = 1 * kMiB, .max_total = total}};
    const Result<Reader> reader = Reader::open(source, budget);
    ASSERT_FALSE(reader) << total;
    EXPECT_EQ(reader.error().code, error_code(BaseCode::allocation_exceeds_total)) << total;
    EXPECT_EQ(budget.live_bytes(), 0U);
  }
}

TEST(GgufMemory, CursorsGiveBackWhatTheyTook) {
  GgufBuilder file;
  file.u8("key", 1).tensor({});
  Opened opened(file);
  const std::uint64_t before = opened.budget().live_bytes();
  EXPECT_EQ(walk_all(opened.reader()), 2U);
  EXPECT_EQ(opened.budget().live_bytes(), before);
}

TEST(GgufMemory, AnArrayOfManyEmptyStringsIsWalkedInTheWindow) {
  GgufBuilder file;
  file.array("bomb", 8, kMany, [](GgufBytes& to) { to.fill(kMany * 8); });
  Opened opened(file);
  ASSERT_TRUE(opened.accepted());
  expect_within_contract(opened.budget(), 1, 0);
}

TEST(GgufMemory, NumericArraysAndStringsOfAnySizeAreSteppedOver) {
  constexpr std::uint64_t kHuge = std::uint64_t{1} << 60;
  for (const bool is_string : {true, false}) {
    GgufBytes head(GgufFormat{});
    head.text("GGUF").u32(3).u64(0).u64(1).string("k").u32(is_string ? 8 : 9);
    if (!is_string) head.u32(0);
    head.u64(kHuge);
    Sparse source(head.bytes(), head.size() + kHuge);
    MemoryBudget budget{Limits{}.memory()};
    const Result<Reader> reader = Reader::open(source, budget);
    ASSERT_TRUE(reader);
    EXPECT_EQ(reader->header_end(), head.size() + kHuge);
    EXPECT_LE(source.bytes_read, Limits{}.window);
    expect_within_contract(budget, 1, 0);
  }
}

TEST(GgufMemory, TensorDataIsNotRead) {
  constexpr std::uint64_t kElements = std::uint64_t{1} << 50;
  GgufBytes head(GgufFormat{});
  head.text("GGUF").u32(3).u64(1).u64(0).string("t").u32(1).u64(kElements).u32(0).u64(0);
  head.fill((32 - head.size() % 32) % 32);
  Sparse source(head.bytes(), head.size() + kElements * 4);
  MemoryBudget budget{Limits{}.memory()};
  EXPECT_TRUE(Reader::open(source, budget));
  EXPECT_LE(source.bytes_read, Limits{}.window);
}

TEST(GgufMemory, AFileOfTheLargestSizeThereIsCanBeOpened) {
  GgufBytes head(GgufFormat{});
  head.text("GGUF").u32(3).u64(0).u64(1).string("k").u32(8).u64(UINT64_MAX - 45);
  ASSERT_EQ(head.size(), 45U);
  Sparse source(head.bytes(), UINT64_MAX);
  MemoryBudget budget{Limits{}.memory()};
  const Result<Reader> reader = Reader::open(source, budget);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, error_code(BaseCode::arithmetic_overflow));
  EXPECT_STREQ(reader.error().field, "data_offset");
}

TEST(GgufWarnings, AreKeptBelowAndAtTheirLimitAndCountedAbove) {
  for (const std::uint64_t count : {4U, 5U, 6U}) {
    GgufBuilder file;
    for (std::uint64_t index = 0; index < count; ++index) {
      file.tensor({.name = "t" + std::to_string(index), .dimensions = {0}, .size_bytes = 0});
    }
    const Opened opened(file, Limits{.warnings = 5});
    ASSERT_TRUE(opened.accepted());
    EXPECT_EQ(opened.warnings().size(), std::min<std::uint64_t>(count, 5));
    EXPECT_EQ(opened.reader().warnings().total(), count);
  }
}

TEST(GgufReader, IsSharedByThreadsThatEachHaveACursor) {
  const std::vector<std::byte> image = many(500, 500);
  os::MemorySource source(image);
  MemoryBudget budget{Limits{}.memory()};
  const Result<Reader> reader = Reader::open(source, budget);
  ASSERT_TRUE(reader);
  std::vector<std::thread> threads;
  std::array<std::uint64_t, 4> counts{};
  for (std::uint64_t& count : counts) {
    threads.emplace_back([&reader, &count] { count = walk_all(*reader); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::uint64_t count : counts) EXPECT_EQ(count, 1000U);
}

TEST(GgufReader, CanBeMovedWithItsCursors) {
  GgufBuilder file;
  file.u8("a", 1).u8("b", 1);
  const std::vector<std::byte> image = file.build();
  os::MemorySource source(image);
  MemoryBudget budget{Limits{}.memory()};
  Reader first = Reader::open(source, budget).value();
  MetadataCursor cursor = first.metadata().value();
  Reader second = std::move(first);
  second.check_invariants();
  EXPECT_EQ((*cursor.next())->key, "a");
  EXPECT_EQ(second.metadata_count(), 2U);
}

}  // namespace
}  // namespace redzone::gguf
