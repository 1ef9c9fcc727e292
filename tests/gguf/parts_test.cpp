// The reader's private parts by themselves: hash, paged table, name index, sort, UTF-8, window.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "gguf/heap_sort.hpp"
#include "gguf/name_index.hpp"
#include "gguf/paged_table.hpp"
#include "gguf/siphash.hpp"
#include "gguf/strings.hpp"
#include "gguf/utf8.hpp"
#include "gguf/window.hpp"
#include "redzone/os/fault_injecting_source.hpp"
#include "tests/gguf/open_support.hpp"

namespace redzone::gguf {
namespace {

std::span<const std::byte> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

// The published vectors of SipHash-2-4: the key is 00 01 ... 0f, message n is 00 01 ... n-1.
TEST(SipHash, GivesThePublishedVectors) {
  struct Vector {
    std::size_t size;
    std::uint64_t hash;
  };
  for (const Vector& vector :
       {Vector{0, 0x726fdb47dd0e0e31}, Vector{1, 0x74f839c593dc67fd}, Vector{2, 0x0d6c8009d9a94f5a},
        Vector{3, 0x85676696d7fb7e2d}, Vector{4, 0xcf2794e0277187b7}, Vector{5, 0x18765564cd99a68d},
        Vector{6, 0xcbc9466e58fee3ce}, Vector{7, 0xab0200f58b01d137}, Vector{8, 0x93f5f5799a932462},
        Vector{9, 0x9e0082df0ba9e4b0}, Vector{15, 0xa129ca6149be45e5},
        Vector{16, 0x3f2acc7f57c29bdb}, Vector{63, 0x958a324ceb064572}}) {
    std::vector<std::byte> message(vector.size);
    for (std::size_t index = 0; index < message.size(); ++index) {
      message[index] = static_cast<std::byte>(index);
    }
    for (std::size_t cut = 0; cut <= message.size(); ++cut) {
      SipHash hash(kTestKey);
      hash.update(std::span(message).first(cut));
      hash.update(std::span(message).subspan(cut));
      EXPECT_EQ(hash.finish(), vector.hash) << vector.size << " cut at " << cut;
    }
  }
}

TEST(SipHash, DependsOnBothHalvesOfTheKey) {
  const auto hash = [](const HashKey& key) {
    SipHash sip(key);
    sip.update(bytes_of("general.alignment"));
    return sip.finish();
  };
  EXPECT_NE(hash({1, 2}), hash({1, 3}));
  EXPECT_NE(hash({1, 2}), hash({3, 2}));
}

TEST(PagedTable, HoldsRecordsInPagesOfAtMost64KiB) {
  MemoryBudget budget{Limits{}.memory()};
  constexpr std::uint64_t kCount = 100'000;
  {
    Result<PagedTable<std::uint64_t>> table =
        PagedTable<std::uint64_t>::create(budget, kCount, "test");
    ASSERT_TRUE(table);
    EXPECT_EQ(table->count(), kCount);
    for (std::uint64_t index = 0; index < kCount; ++index) {
      ASSERT_EQ((*table)[index], 0U);
      (*table)[index] = index * 3;
    }
    for (std::uint64_t index = 0; index < kCount; ++index) ASSERT_EQ((*table)[index], index * 3);
    EXPECT_LE(budget.largest_allocation_bytes(), 64 * kKiB);
    EXPECT_LE(budget.live_bytes(), kCount * 8 + 1024);

    PagedTable<std::uint64_t> moved = std::move(*table);
    EXPECT_EQ(moved[kCount - 1], (kCount - 1) * 3);
    moved = PagedTable<std::uint64_t>();
    EXPECT_EQ(budget.live_bytes(), 0U);
  }
}

TEST(PagedTable, TakesOnlyWhatFewRecordsNeed) {
  MemoryBudget budget{Limits{}.memory()};
  const auto table = PagedTable<std::uint64_t>::create(budget, 3, "test");
  ASSERT_TRUE(table);
  EXPECT_EQ(budget.live_bytes(), 24U + sizeof(BudgetedBuffer));
  EXPECT_TRUE(PagedTable<std::uint64_t>::create(budget, 0, "test"));
}

TEST(PagedTable, GivesEverythingBackWhenTheBudgetEndsHalfway) {
  constexpr std::uint64_t kCount = 100'000;
  for (std::uint64_t total = 0; total < kCount * 8; total += 40'000) {
    MemoryBudget budget{{.max_single = 1 * kMiB, .max_total = total}};
    EXPECT_FALSE(PagedTable<std::uint64_t>::create(budget, kCount, "test"));
    EXPECT_EQ(budget.live_bytes(), 0U);
  }
}

TEST(HeapSort, SortsWhateverTheOrderWas) {
  constexpr unsigned kSeed = 7;
  std::mt19937 random(kSeed);
  MemoryBudget budget{Limits{}.memory()};
  for (const std::uint64_t count : {0U, 1U, 2U, 3U, 17U, 20'000U}) {
    for (int order = 0; order < 4; ++order) {
      auto table = PagedTable<std::uint32_t>::create(budget, count, "test");
      ASSERT_TRUE(table);
      std::vector<std::uint32_t> wanted;
      for (std::uint64_t index = 0; index < count; ++index) {
        const auto up = static_cast<std::uint32_t>(index);
        const std::array<std::uint32_t, 4> choices = {up, static_cast<std::uint32_t>(count) - up,
                                                      static_cast<std::uint32_t>(random()), 5};
        wanted.push_back(choices[static_cast<std::size_t>(order)]);
        (*table)[index] = wanted.back();
      }
      std::ranges::sort(wanted);
      std::uint64_t comparisons = 0;
      heap_sort(*table, [&comparisons](std::uint32_t left, std::uint32_t right) {
        ++comparisons;
        return left < right;
      });
      for (std::uint64_t index = 0; index < count; ++index) {
        ASSERT_EQ((*table)[index], wanted[index]) << "seed " << kSeed;
      }
      // 2 n log2 n, and as much again for building the heap.
      EXPECT_LE(comparisons, 2 * count * 16 + 2 * count);
    }
  }
}

TEST(NameIndex, FindsEachNameThatWasThereBefore) {
  MemoryBudget budget{Limits{}.memory()};
  constexpr std::uint32_t kNames = 1000;
  for (const std::uint64_t hash_count : {std::uint64_t{1}, std::uint64_t{10}, UINT64_MAX}) {
    Result<NameIndex> index = NameIndex::create(budget, kNames, "test");
    ASSERT_TRUE(index);
    // Few different hashes: only the names decide. Name n is n / 2 of the second half again.
    std::vector<std::uint64_t> hashes;
    const auto hash_of = [&hashes](std::uint32_t entry) { return hashes[entry]; };
    for (std::uint32_t name = 0; name < kNames; ++name) {
      SipHash hash(kTestKey);
      hash.update(bytes_of(std::to_string(name)));
      hashes.push_back(hash.finish() % hash_count);
      const auto found = index->insert(hashes.back(), name, hash_of,
                                       [](std::uint32_t) -> Result<bool> { return false; });
      ASSERT_TRUE(found);
      EXPECT_EQ(*found, std::nullopt);
    }
    for (std::uint32_t name = 0; name < kNames; name += 7) {
      const auto found =
          index->insert(hashes[name], kNames, hash_of,
                        [name](std::uint32_t other) -> Result<bool> { return other == name; });
      ASSERT_TRUE(found);
      EXPECT_EQ(*found, name);
    }
  }
}

TEST(NameIndex, PassesOnTheFailureOfAComparison) {
  MemoryBudget budget{Limits{}.memory()};
  Result<NameIndex> index = NameIndex::create(budget, 2, "test");
  ASSERT_TRUE(index);
  const auto hash_of = [](std::uint32_t) { return std::uint64_t{5}; };
  const auto fails = [](std::uint32_t) -> Result<bool> {
    return fail(make_error(Code::file_changed));
  };
  EXPECT_TRUE(index->insert(5, 0, hash_of, fails));
  const auto second = index->insert(5, 1, hash_of, fails);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, error_code(Code::file_changed));
}

TEST(NameIndex, LooksAtFewSlotsForManyNames) {
  MemoryBudget budget{Limits{}.memory()};
  constexpr std::uint32_t kNames = 50'000;
  Result<NameIndex> index = NameIndex::create(budget, kNames, "test");
  ASSERT_TRUE(index);
  std::vector<std::uint64_t> hashes;
  for (std::uint32_t name = 0; name < kNames; ++name) {
    SipHash hash(kTestKey);
    hash.update(bytes_of(std::to_string(name)));
    hashes.push_back(hash.finish());
    ASSERT_TRUE(index->insert(
        hashes.back(), name, [&hashes](std::uint32_t entry) { return hashes[entry]; },
        [](std::uint32_t) -> Result<bool> { return false; }));
  }
  EXPECT_LT(index->probe_count(), 3U * kNames);
}

TEST(Strings, AreTheSameOnlyWhenEveryByteIs) {
  for (const tests::GgufFormat format :
       {tests::GgufFormat{1, false}, tests::GgufFormat{3, false}, tests::GgufFormat{3, true}}) {
    const Encoding encoding{.endianness = format.big_endian ? Endianness::big : Endianness::little,
                            .version = format.version};
    const std::string common(1500, 's');  // longer than the pieces in which they are compared
    for (const std::string& other :
         {common + "a", common + "b", common, common + "aa", "t" + common, std::string()}) {
      tests::GgufBytes bytes(format);
      bytes.string(common + "a");
      const std::uint64_t place = bytes.size();
      bytes.string(other);
      os::MemorySource source(bytes.bytes());
      EXPECT_EQ(is_same_string(source, encoding, 0, place), other == common + "a") << other.size();
      EXPECT_EQ(is_same_string(source, encoding, place, 0), other == common + "a") << other.size();
    }
  }
}

TEST(Strings, ThatAreCutHaveChangedSinceTheyWereRead) {
  tests::GgufBytes bytes(tests::GgufFormat{});
  bytes.string("name").string("name");
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    os::MemorySource source(std::span(bytes.bytes()).first(size));
    const Result<bool> same = is_same_string(source, Encoding{}, 0, 12);
    ASSERT_FALSE(same) << size;
    EXPECT_EQ(same.error().code, error_code(Code::file_changed));
  }
}

TEST(Utf8, TakesWhatIsWellFormed) {
  for (const std::string_view text :
       {"", "plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
        "a\xe2\x82\xac"
        "b"}) {
    EXPECT_EQ(utf8_valid_prefix(bytes_of(text)), text.size()) << text;
  }
}

TEST(Utf8, PointsToTheFirstSequenceThatIsNot) {
  for (const std::string_view bad :
       {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x7f", "\xe0\x9f\xbf", "\xe1\x80",
        "\xe1\x80\xc0", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf1\x80\x80", "\xf1\x80\x80\x7f",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_EQ(utf8_valid_prefix(bytes_of("ok\xc2\xa9" + std::string(bad))), 4U) << bad;
  }
}

TEST(Window, ReadsEachByteOnceAndJumpsOverTheRest) {
  std::vector<std::byte> image(1'000'000);
  for (std::size_t index = 0; index < image.size(); ++index) {
    image[index] = static_cast<std::byte>(index * 7);
  }
  os::MemorySource memory(image);
  os::FaultInjectingSource source(memory);
  MemoryBudget budget{Limits{}.memory()};
  Result<Window> window = Window::create(source, budget, 4096, image.size(), "test");
  ASSERT_TRUE(window);
  std::uint64_t position = 0;
  while (window->remaining() >= 6) {
    const auto seen = window->look(6);
    ASSERT_TRUE(seen);
    ASSERT_EQ((*seen)[5], image[position + 5]);
    window->skip(5);
    position += 5;
    ASSERT_EQ(window->position(), position);
  }
  EXPECT_LE(source.operations(), image.size() / 4090 + 1);

  const std::uint64_t before = source.operations();
  window->seek(10);
  window->skip(900'000);
  ASSERT_TRUE(window->look(1));
  EXPECT_EQ((*window->look(1))[0], image[900'010]);
  EXPECT_EQ(source.operations(), before + 1);
}

TEST(Window, ASourceThatEndsEarlyHasChanged) {
  const std::vector<std::byte> image(100);
  os::MemorySource source(image);
  MemoryBudget budget{Limits{}.memory()};
  Result<Window> window = Window::create(source, budget, 4096, 200, "test");
  ASSERT_TRUE(window);
  const auto seen = window->look(1);
  ASSERT_FALSE(seen);
  EXPECT_TRUE(gives(seen.error(), expected(Code::file_changed, "file.size", 100, 100, 200)));
}

}  // namespace
}  // namespace redzone::gguf
