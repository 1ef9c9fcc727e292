// The C interface: as C uses it, and what only a program of another version would do.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "redzone/arena/arena.h"
#include "redzone/arena/environment.hpp"
#include "redzone/arena/errors.hpp"
#include "redzone/base/errors.hpp"
#include "tests/arena/c_program.h"

namespace redzone {
namespace {

redzone_arena_config default_config() {
  redzone_arena_config config;
  EXPECT_EQ(redzone_arena_config_init(&config, sizeof config), REDZONE_ARENA_OK);
  return config;
}

redzone_arena_error last_error() {
  redzone_arena_error error;
  redzone_arena_last_error(&error, sizeof error);
  return error;
}

// What create() says to a config, which it has to refuse.
redzone_arena_code refusal_of(const redzone_arena_config& config) {
  int anything = 0;
  auto* arena = reinterpret_cast<redzone_arena*>(&anything);
  const redzone_arena_code code = redzone_arena_create(&config, &arena);
  EXPECT_EQ(arena, nullptr);
  EXPECT_EQ(last_error().code, static_cast<std::uint32_t>(code));
  return code;
}

TEST(ArenaC, IsUsedByAProgramInC) { EXPECT_EQ(run_c_program(), 0) << "the line in c_program.c"; }

TEST(ArenaC, CodesAreThoseOfCppAndHaveTheirNames) {
  for (int number = 1; number < 64; ++number) {
    const ErrorCode ours{.component = Component::arena,
                         .number = static_cast<std::uint8_t>(number)};
    const ErrorCode base{.component = Component::base, .number = static_cast<std::uint8_t>(number)};
    EXPECT_EQ(redzone_arena_code_name(number), arena_error_name(ours)) << number;
    EXPECT_EQ(redzone_arena_code_name(64 + number), base_error_name(base)) << number;
  }
  EXPECT_STREQ(redzone_arena_code_name(REDZONE_ARENA_OK), "OK");
  EXPECT_STREQ(redzone_arena_code_name(REDZONE_ARENA_EXHAUSTED), "EXHAUSTED");
  EXPECT_STREQ(redzone_arena_code_name(REDZONE_ARENA_OUT_OF_MEMORY), "OUT_OF_MEMORY");
  EXPECT_STREQ(redzone_arena_code_name(REDZONE_ARENA_NULL_ARGUMENT), "NULL_ARGUMENT");
  EXPECT_STREQ(redzone_arena_code_name(REDZONE_ARENA_OF_A_THREAD), "OF_A_THREAD");
  for (const int number : {-1, 60, 64, 127, 133, 256, 257, 1 << 30}) {
    EXPECT_STREQ(redzone_arena_code_name(number), "UNKNOWN") << number;
  }
}

TEST(ArenaC, ConfigBeginsWithTheDefaults) {
  const redzone_arena_config config = default_config();
  const ArenaDefaults defaults = arena_defaults();
  EXPECT_EQ(config.size_bytes, sizeof config);
  EXPECT_EQ(config.version, static_cast<std::uint32_t>(REDZONE_ARENA_ABI_VERSION));
  EXPECT_EQ(config.bytes_max, defaults.bytes_max);
  EXPECT_EQ(config.chunk_bytes, defaults.options.chunk_bytes);
  EXPECT_EQ(config.chunk_bytes_max, defaults.options.chunk_bytes_max);
  EXPECT_EQ(config.retained_bytes_max, defaults.options.retained_bytes_max);
  EXPECT_EQ(config.red_zone_bytes, defaults.options.red_zone_bytes);
  EXPECT_EQ(config.overflow, static_cast<std::uint32_t>(REDZONE_ARENA_OVERFLOW_GROW));
  EXPECT_EQ(config.zero, static_cast<std::uint32_t>(REDZONE_ARENA_ZERO_ON_RESET));
  EXPECT_EQ(config.buffer, nullptr);
}

TEST(ArenaC, ConfigOfNoSizeOrVersionIsRefused) {
  redzone_arena_config config = default_config();
  EXPECT_EQ(redzone_arena_config_init(&config, sizeof config - 1), REDZONE_ARENA_BAD_SIZE);
  EXPECT_EQ(redzone_arena_config_init(&config, 4097), REDZONE_ARENA_BAD_SIZE);
  config.size_bytes = 0;
  EXPECT_EQ(refusal_of(config), REDZONE_ARENA_BAD_SIZE);
  config.size_bytes = sizeof config - 1;
  EXPECT_EQ(refusal_of(config), REDZONE_ARENA_BAD_SIZE);
  config.size_bytes = UINT32_MAX;
  EXPECT_EQ(refusal_of(config), REDZONE_ARENA_BAD_SIZE);
  EXPECT_STREQ(last_error().field, "config.size_bytes");
  EXPECT_EQ(last_error().value, UINT32_MAX);
  EXPECT_EQ(last_error().limit, sizeof config);
  for (const std::uint32_t version : {0U, 2U}) {
    config = default_config();
    config.version = version;
    EXPECT_EQ(refusal_of(config), REDZONE_ARENA_BAD_VERSION);
    EXPECT_EQ(last_error().value, version);
  }
}

// A program of a later version has more fields. What it leaves at zero means what it meant before.
TEST(ArenaC, ConfigOfALaterVersionIsTakenWhereItSaysNoMore) {
  struct Later {
    redzone_arena_config known;
    std::uint64_t more;
  } later;
  std::memset(&later, 0xab, sizeof later);
  ASSERT_EQ(redzone_arena_config_init(&later.known, sizeof later), REDZONE_ARENA_OK);
  EXPECT_EQ(later.known.size_bytes, sizeof later);
  EXPECT_EQ(later.more, 0U);
  redzone_arena* arena = nullptr;
  EXPECT_EQ(redzone_arena_create(&later.known, &arena), REDZONE_ARENA_OK);
  EXPECT_EQ(redzone_arena_destroy(arena), REDZONE_ARENA_OK);
  later.more = 1;
  EXPECT_EQ(refusal_of(later.known), REDZONE_ARENA_BAD_SIZE);
}

TEST(ArenaC, OptionsOutOfTheirBoundsAreRefusedByName) {
  struct Case {
    const char* field;
    void (*spoil)(redzone_arena_config&);
  };
  for (const Case& each : {
           Case{"config.overflow", [](redzone_arena_config& config) { config.overflow = 4; }},
           Case{"config.zero", [](redzone_arena_config& config) { config.zero = 2; }},
           Case{"config.counts_blocks", [](redzone_arena_config& c) { c.counts_blocks = 2; }},
           Case{"config.unused", [](redzone_arena_config& config) { config.unused = 1; }},
           Case{"chunk_bytes", [](redzone_arena_config& config) { config.chunk_bytes = 1; }},
           Case{"red_zone_bytes",
                [](redzone_arena_config& config) { config.red_zone_bytes = UINT64_MAX; }},
       }) {
    redzone_arena_config config = default_config();
    each.spoil(config);
    EXPECT_EQ(refusal_of(config), REDZONE_ARENA_BAD_OPTION) << each.field;
    EXPECT_STREQ(last_error().field, each.field);
    EXPECT_EQ(last_error().has_value, 1);
  }
  redzone_arena_config config = default_config();
  config.name = nullptr;
  EXPECT_EQ(refusal_of(config), REDZONE_ARENA_NULL_ARGUMENT);
  EXPECT_STREQ(last_error().field, "config.name");
}

TEST(ArenaC, TheLastErrorIsTheThreadsOwnAndFitsItsReader) {
  EXPECT_EQ(redzone_arena_reset(nullptr), REDZONE_ARENA_NULL_ARGUMENT);
  std::thread([] {
    EXPECT_EQ(redzone_arena_last_error(nullptr, 0), REDZONE_ARENA_OK);
    EXPECT_STREQ(last_error().field, "");
  }).join();
  redzone_arena_error error;
  std::memset(&error, 0xab, sizeof error);
  EXPECT_EQ(redzone_arena_last_error(&error, 8), REDZONE_ARENA_NULL_ARGUMENT);
  EXPECT_EQ(error.size_bytes, 8U);
  EXPECT_EQ(error.code, static_cast<std::uint32_t>(REDZONE_ARENA_NULL_ARGUMENT));
  EXPECT_EQ(error.value, 0xababababababababU);  // not written
}

TEST(ArenaC, AThreadMayGiveItsArenaBackWhileItEnds) {
  redzone_arena_code of_cleanup = REDZONE_ARENA_BUSY;
  std::thread([&] {
    EXPECT_EQ(redzone_arena_thread_init(), REDZONE_ARENA_OK);
    EXPECT_NE(redzone_arena_alloc(redzone_arena_thread(), 100), nullptr);
    struct AtEnd {
      explicit AtEnd(redzone_arena_code& where) : code(where) {}
      ~AtEnd() { code = redzone_arena_thread_cleanup(); }
      redzone_arena_code& code;
    };
    thread_local AtEnd at_end(of_cleanup);
  }).join();
  EXPECT_EQ(of_cleanup, REDZONE_ARENA_OK);
}

// Null once, and then memory that is not zero.
void* take_after_a_failure(void* context, size_t size_bytes) {
  auto& has_failed = *static_cast<bool*>(context);
  if (!has_failed) {
    has_failed = true;
    return nullptr;
  }
  void* memory = std::malloc(size_bytes);
  if (memory != nullptr) std::memset(memory, 0x5a, size_bytes);
  return memory;
}
void give_back_to_malloc(void*, void* memory, size_t) { std::free(memory); }

using ArenaCDeathTest = testing::Test;

TEST(ArenaCDeathTest, PanicEndsTheProcessForEachKindOfRequest) {
  redzone_arena_config config = default_config();
  config.overflow = REDZONE_ARENA_OVERFLOW_PANIC;
  config.name = "of the test";
  redzone_arena* arena = nullptr;
  ASSERT_EQ(redzone_arena_create(&config, &arena), REDZONE_ARENA_OK);
  EXPECT_DEATH(EXPECT_EQ(redzone_arena_alloc(arena, 100'000), nullptr), "of the test");
  EXPECT_DEATH(EXPECT_EQ(redzone_arena_alloc_zeroed(arena, 100'000, 8), nullptr), "of the test");
  EXPECT_EQ(redzone_arena_destroy(arena), REDZONE_ARENA_OK);
}

TEST(ArenaCDeathTest, PanicForZerosIsNoSecondTry) {
  redzone_arena_config config = default_config();
  config.overflow = REDZONE_ARENA_OVERFLOW_PANIC;
  config.name = "of the test";
  bool has_failed = false;
  config.take = take_after_a_failure;
  config.give_back = give_back_to_malloc;
  config.context = &has_failed;
  redzone_arena* arena = nullptr;
  ASSERT_EQ(redzone_arena_create(&config, &arena), REDZONE_ARENA_OK);
  EXPECT_DEATH(static_cast<void>(redzone_arena_alloc_zeroed(arena, 64, 8) != nullptr),
               "of the test");
  EXPECT_EQ(redzone_arena_destroy(arena), REDZONE_ARENA_OK);
}

}  // namespace
}  // namespace redzone
