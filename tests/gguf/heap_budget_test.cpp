// The reader's memory contract, held by the heap's own count: no allocation above 1 MiB, never more
// than the stated sum, and the same figures in each run. The MemoryBudget says what it granted; the
// heap says what was really taken. The two agree to the byte.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "redzone/heap/fault_plan.hpp"
#include "redzone/heap/scope.hpp"
#include "redzone/os/file_source.hpp"
#include "redzone/os/process.hpp"
#include "redzone/testing/all.hpp"
#include "tests/gguf/images.hpp"
#include "tests/gguf/open_support.hpp"
#include "tests/gguf/walk.hpp"

namespace redzone::gguf {
namespace {

using redzone::testing::HeapLimits;
using tests::GgufBuilder;
using tests::GgufBytes;
using tests::GgufFormat;

// What is promised for a file with so many entries, in round numbers and as the exact sum, and that
// nothing is left behind.
HeapLimits contract(std::uint64_t keys, std::uint64_t tensors) {
  const std::uint64_t designed = 2 * kMiB + 32 * keys + 48 * tensors;
  return HeapLimits()
      .peak(std::min(designed, peak_bytes_max(Limits{}, keys, tensors)))
      .largest(std::min(1 * kMiB, largest_allocation_bytes_max(Limits{}, keys, tensors)))
      .live(0);
}

// Opens and walks. All memory that is taken meanwhile is the reader's.
Result<std::uint64_t> read(os::ByteSource& source, MemoryBudget& budget,
                           const Limits& limits = {}) {
  const Result<Reader> reader = Reader::open_with_key(source, budget, limits, nullptr, kTestKey);
  if (!reader) return fail(reader.error());
  return walk_all(*reader);
}

// A lease is taken before its memory and given back after it, and covers exactly the bytes that
// malloc is asked for: at each peak both have the same. A figure that is unknown here is not held.
void expect_agreement(const MemoryBudget& budget, const heap::Figures& figures) {
  EXPECT_EQ(figures.peak_bytes.value_or(budget.peak_bytes()), budget.peak_bytes());
  EXPECT_EQ(figures.largest_bytes.value_or(budget.largest_allocation_bytes()),
            budget.largest_allocation_bytes());
  EXPECT_EQ(figures.live_bytes.value_or(budget.live_bytes()), budget.live_bytes());
}

heap::Figures figures_of_reading(os::ByteSource& source, MemoryBudget& budget,
                                 const Limits& limits = {}) {
  const heap::Scope scope;
  const Result<std::uint64_t> entries = read(source, budget, limits);
  const heap::Figures figures = scope.figures();
  EXPECT_TRUE(entries);
  return figures;
}

TEST(GgufHeap, StaysWithinItsContractForManyEntries) {
  for (const auto& [keys, tensors] : {std::pair{0U, 0U}, {10'000U, 0U}, {0U, 10'000U}}) {
    const std::vector<std::byte> image = many(keys, tensors);
    os::MemorySource source(image);
    MemoryBudget budget{Limits{}.memory()};
    EXPECT_HEAP_WITHIN(contract(keys, tensors),
                       { EXPECT_EQ(read(source, budget), keys + tensors); });
  }
}

TEST(GgufHeap, StaysWithinItsContractForTheLongestNames) {
  GgufBuilder file;
  file.u8(std::string(65535, 'k'), 1).string("s", std::string(200'000, 's'));
  file.tensor({.name = std::string(255, 'n')});
  const std::vector<std::byte> image = file.build();
  os::MemorySource source(image);
  MemoryBudget budget{Limits{}.memory()};
  EXPECT_HEAP_WITHIN(contract(2, 1), { EXPECT_EQ(read(source, budget), 3U); });
}

// Counts and lengths that are lies: nothing is taken on their word.
TEST(GgufHeap, HostileClaimsTakeNoMemory) {
  std::array<GgufBytes, 4> claims{GgufBytes(GgufFormat{}), GgufBytes(GgufFormat{}),
                                  GgufBytes(GgufFormat{}), GgufBytes(GgufFormat{})};
  constexpr std::uint64_t kHuge = std::uint64_t{1} << 60;
  claims[0].text("GGUF").u32(3).u64(kHuge).u64(0);
  claims[1].text("GGUF").u32(3).u64(0).u64(kHuge);
  claims[2].text("GGUF").u32(3).u64(0).u64(1).u64(kHuge);
  claims[3].text("GGUF").u32(3).u64(0).u64(1).string("k").u32(9).u32(8).u64(kHuge);
  for (const GgufBytes& claim : claims) {
    GgufBytes bytes = claim;
    const std::vector<std::byte> image = bytes.fill(4096).bytes();
    os::MemorySource source(image);
    MemoryBudget budget{Limits{}.memory()};
    EXPECT_HEAP_WITHIN(HeapLimits().peak(kReaderBytes + image.size()).live(0),
                       { EXPECT_FALSE(read(source, budget)); });
  }
}

TEST(GgufHeap, ASmallerLimitOfOneAllocationHolds) {
  const Limits limits{.max_allocation = kAllocationBytesMin, .window = kWindowBytesMin};
  const std::vector<std::byte> image = many(3'000, 3'000);
  os::MemorySource source(image);
  MemoryBudget budget{limits.memory()};
  EXPECT_LARGEST_ALLOCATION_LE(kAllocationBytesMin,
                               { EXPECT_EQ(read(source, budget, limits), 6'000U); });
}

TEST(GgufHeap, TheBudgetAgreesWithTheHeap) {
  for (const auto& [keys, tensors] : {std::pair{0U, 0U}, {3U, 5U}, {3'000U, 2'100U}}) {
    for (const std::uint64_t window : {kWindowBytesMin, Limits{}.window}) {
      const Limits limits{.window = window};
      const std::vector<std::byte> image = many(keys, tensors);
      os::MemorySource source(image);
      MemoryBudget budget{limits.memory()};
      expect_agreement(budget, figures_of_reading(source, budget, limits));
    }
  }
}

TEST(GgufHeap, TheBudgetAgreesWithTheHeapWhileTheReaderLives) {
  const std::vector<std::byte> image = many(300, 500);
  os::MemorySource source(image);
  MemoryBudget budget{Limits{}.memory()};
  const heap::Scope scope;
  const Result<Reader> reader = Reader::open(source, budget);
  const Result<TensorCursor> cursor = reader->tensors();
  const heap::Figures figures = scope.figures();
  ASSERT_TRUE(cursor);
  EXPECT_GT(budget.live_bytes(), 0U);
  expect_agreement(budget, figures);
}

// A refusal of the machine is the one thing that tells them apart: it was granted, and not taken.
TEST(GgufHeap, TheBudgetIsNeverBelowTheHeap) {
  const std::vector<std::byte> image = many(300, 500);
  os::MemorySource source(image);
  for (std::uint64_t nth = 1;; ++nth) {
    MemoryBudget budget{Limits{}.memory()};
    const heap::Scope scope;
    heap::arm({.nth = nth});
    const Result<std::uint64_t> entries = read(source, budget);
    const heap::FaultReport report = heap::disarm();
    const heap::Figures figures = scope.figures();
    EXPECT_LE(figures.peak_bytes.value_or(0), budget.peak_bytes());
    EXPECT_LE(budget.peak_bytes(),
              figures.peak_bytes.value_or(UINT64_MAX / 2) + report.first_injected.size_bytes);
    EXPECT_LE(figures.largest_bytes.value_or(0), budget.largest_allocation_bytes());
    EXPECT_EQ(figures.live_bytes.value_or(0), 0U);
    EXPECT_EQ(budget.live_bytes(), 0U);
    EXPECT_EQ(entries.has_value(), report.injected_count == 0);
    if (report.injected_count == 0) break;
  }
}

std::string text_of(const heap::Figures& figures) {
  std::string text;
  for (const std::optional<std::uint64_t>& figure :
       {figures.allocation_count, figures.requested_bytes, figures.largest_bytes,
        figures.live_block_count, figures.live_bytes, figures.peak_bytes}) {
    text += (figure ? std::to_string(*figure) : std::string("unknown")) + " ";
  }
  return text;
}

TEST(GgufHeap, FiguresAreTheSameInEachOfAHundredRuns) {
  const std::vector<std::byte> image = many(200, 200);
  os::MemorySource source(image);
  std::string first;
  for (int run = 0; run < 100; ++run) {
    MemoryBudget budget{Limits{}.memory()};
    const heap::Figures counted = figures_of_reading(source, budget);
    if (!counted.peak_bytes) GTEST_SKIP() << "not measured: this build does not count";
    const std::string figures = text_of(counted);
    if (run == 0) first = figures;
    ASSERT_EQ(figures, first) << "run " << run;
  }
  std::cout << "figures: " << first << "\n";
}

// Another process has other addresses and, by Reader::open, another hash key.
TEST(GgufHeap, FiguresAreTheSameInEachProcess) {
  if (heap::back_end() == heap::BackEnd::valgrind) {
    GTEST_SKIP() << "not measured: this build does not count";
  }
  const std::vector<std::byte> image = many(300, 300);
  os::MemorySource source(image);
  MemoryBudget budget{Limits{}.memory()};
  const heap::Scope scope;
  const bool is_good = Reader::open(source, budget).has_value();
  const std::string figures = "figures: " + text_of(scope.figures());
  ASSERT_TRUE(is_good);
  std::cout << figures << "\n" << std::flush;
  if (std::getenv("REDZONE_TEST_FIGURES") != nullptr) return;

  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::array arguments{self.c_str(),
                             "--gtest_filter=GgufHeap.FiguresAreTheSameInEachProcess"};
  const std::array environment{"REDZONE_TEST_FIGURES=1", "GTEST_OUTPUT="};
  MemoryBudget outputs{{.max_single = 1_MiB, .max_total = 4_MiB}};
  for (int child = 0; child < 3; ++child) {
    const Result<os::ProcessOutcome> outcome =
        os::run_process({.arguments = arguments, .environment = environment}, outputs);
    ASSERT_TRUE(outcome && outcome->has_succeeded());
    EXPECT_NE(outcome->standard_output.text().find(figures), std::string_view::npos)
        << outcome->standard_output.text();
  }
}

// Real files, from the folder that REDZONE_GGUF_DIR names.
TEST(GgufHeap, TheBudgetAgreesWithTheHeapOnRealFiles) {
  const char* folder = std::getenv("REDZONE_GGUF_DIR");
  if (folder == nullptr || *folder == '\0') {
    GTEST_SKIP() << "REDZONE_GGUF_DIR is not set: it names the folder of the real GGUF files";
  }
  std::uint64_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".gguf") continue;
    SCOPED_TRACE(entry.path().string());
    Result<os::FileSource> source = os::FileSource::open(entry.path().c_str());
    ASSERT_TRUE(source);
    MemoryBudget budget{Limits{}.memory()};
    const heap::Figures figures = figures_of_reading(*source, budget);
    std::cout << entry.path().filename().string() << ": " << text_of(figures) << "\n";
    expect_agreement(budget, figures);
    const Result<Reader> reader = Reader::open(*source, budget);
    ASSERT_TRUE(reader);
    EXPECT_HEAP_WITHIN(contract(reader->metadata_count(), reader->tensor_count()),
                       { EXPECT_TRUE(read(*source, budget)); });
    ++files;
  }
  EXPECT_GT(files, 0U) << folder << " holds no .gguf file";
}

}  // namespace
}  // namespace redzone::gguf
