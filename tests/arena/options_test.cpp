#include "redzone/arena/options.hpp"

#include <gtest/gtest.h>

#include <string_view>

#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"

namespace redzone {
namespace {

void expect_bad(const ArenaOptions& options, std::string_view field, std::uint64_t value,
                std::uint64_t limit) {
  const Status checked = check_arena_options(options);
  ASSERT_FALSE(checked) << field;
  EXPECT_EQ(checked.error().code, error_code(ArenaCode::bad_option));
  EXPECT_EQ(checked.error().field, field);
  EXPECT_EQ(checked.error().value, value);
  EXPECT_EQ(checked.error().limit, limit);
}

TEST(ArenaOptions, TheDefaultsAndEveryBoundPass) {
  EXPECT_TRUE(check_arena_options({}));
  EXPECT_TRUE(check_arena_options({.chunk_bytes = kArenaChunkBytesMin}));
  EXPECT_TRUE(check_arena_options({.chunk_bytes = kArenaChunkBytesMin + 1}));
  EXPECT_TRUE(check_arena_options(
      {.chunk_bytes = kArenaChunkBytesMax, .chunk_bytes_max = kArenaChunkBytesMax}));
  EXPECT_TRUE(check_arena_options({.chunk_bytes = 5000, .chunk_bytes_max = 5000}));
  EXPECT_TRUE(check_arena_options({.retained_bytes_max = UINT64_MAX}));
  EXPECT_TRUE(check_arena_options({.red_zone_bytes = 0}));
  EXPECT_TRUE(check_arena_options({.red_zone_bytes = kArenaRedZoneBytesMax}));
  EXPECT_TRUE(check_arena_options({.name = ""}));
}

TEST(ArenaOptions, WhatBreaksABoundIsNamedWithIt) {
  expect_bad({.chunk_bytes = kArenaChunkBytesMin - 1}, "chunk_bytes", kArenaChunkBytesMin - 1,
             kArenaChunkBytesMin);
  expect_bad({.chunk_bytes = kArenaChunkBytesMax + 1, .chunk_bytes_max = UINT64_MAX}, "chunk_bytes",
             kArenaChunkBytesMax + 1, kArenaChunkBytesMax);
  expect_bad({.chunk_bytes = 5000, .chunk_bytes_max = 4999}, "chunk_bytes_max", 4999, 5000);
  expect_bad({.chunk_bytes_max = kArenaChunkBytesMax + 1}, "chunk_bytes_max",
             kArenaChunkBytesMax + 1, kArenaChunkBytesMax);
  expect_bad({.overflow = static_cast<ArenaOverflow>(4)}, "overflow", 4, 3);
  expect_bad({.zero = static_cast<ArenaZero>(2)}, "zero", 2, 1);
  expect_bad({.red_zone_bytes = kArenaRedZoneBytesMax + 1}, "red_zone_bytes",
             kArenaRedZoneBytesMax + 1, kArenaRedZoneBytesMax);
  expect_bad({.name = nullptr}, "name", 0, 1);
}

TEST(ArenaOptionsDeathTest, AnArenaWithOptionsThatDoNotPassIsAProgrammersError) {
  MemoryBudget budget({.max_single = 1 * kMiB, .max_total = 1 * kMiB});
  EXPECT_DEATH(Arena(budget, {.chunk_bytes = 1}), "REDZONE_CHECK failed");
  std::byte buffer[64];
  EXPECT_DEATH(FixedArena(buffer, {.overflow = ArenaOverflow::grow}), "REDZONE_CHECK failed");
  EXPECT_DEATH(FixedArena(buffer, {.overflow = ArenaOverflow::heap}), "REDZONE_CHECK failed");
}

}  // namespace
}  // namespace redzone
