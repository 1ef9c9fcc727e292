// The defaults of arenas: what the environment says, read once, strictly.

#include "redzone/arena/environment.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "arena/defaults_once.hpp"
#include "redzone/arena/errors.hpp"
#include "tests/arena/in_child.hpp"

namespace redzone {
namespace {

const char* bytes = nullptr;
const char* overflow = nullptr;
const char* zero = nullptr;
std::string told;
std::atomic<int> tell_count{0};
std::atomic<int> read_count{0};
std::atomic<bool> reader_waits{false};
std::atomic<bool> reader_is_there{false};

const char* value_of(const char* name) {
  ++read_count;
  if (reader_waits) {
    reader_is_there = true;
    reader_is_there.notify_all();
    reader_waits.wait(true);
  }
  const std::string_view wanted = name;
  if (wanted == "REDZONE_ARENA_BYTES") return bytes;
  if (wanted == "REDZONE_ARENA_OVERFLOW") return overflow;
  return wanted == "REDZONE_ARENA_ZERO" ? zero : nullptr;
}

void tell(std::string_view text) {
  ++tell_count;
  told += text;
}

constexpr ArenaEnvironment kEnvironment{.value_of = value_of, .tell = tell};

class ArenaEnvironmentTest : public testing::Test {
 protected:
  void SetUp() override {
    bytes = overflow = zero = nullptr;
    told.clear();
    tell_count = read_count = 0;
  }
  // What a process with these variables would have.
  static ArenaDefaults read() { return DefaultsOnce().get(kEnvironment); }
};

TEST_F(ArenaEnvironmentTest, WhatIsNotSetHasTheDocumentedDefault) {
  const ArenaDefaults defaults = read();
  EXPECT_EQ(defaults.bytes_max, 64 * kMiB);
  EXPECT_EQ(defaults.options.overflow, ArenaOverflow::grow);
  EXPECT_EQ(defaults.options.zero, ArenaZero::on_reset);
  EXPECT_EQ(defaults.budget().max_single, 64 * kMiB);
  EXPECT_EQ(defaults.budget().max_total, 64 * kMiB);
  EXPECT_EQ(told, "");
}

TEST_F(ArenaEnvironmentTest, BytesAreANumberAndPerhapsAUnit) {
  struct Case {
    const char* value;
    std::uint64_t expected;
  };
  for (const Case& each :
       {Case{"4096", 4096}, Case{"4KiB", 4096}, Case{"00009000", 9000}, Case{"7MiB", 7 * kMiB},
        Case{"1024GiB", 1024 * kGiB}, Case{"1099511627776", 1024 * kGiB}}) {
    bytes = each.value;
    EXPECT_EQ(read().bytes_max, each.expected) << each.value;
  }
  EXPECT_EQ(told, "");
}

TEST_F(ArenaEnvironmentTest, BytesThatAreNotExactlyThatAreIgnoredAndTold) {
  for (const char* value : {"",
                            "lots",
                            "4095",
                            "3KiB",
                            "1025GiB",
                            "1099511627777",
                            "-1",
                            "+4096",
                            " 4096",
                            "4096 ",
                            "64 MiB",
                            "64MB",
                            "64mib",
                            "64M",
                            "64TiB",
                            "0x10000",
                            "1e6",
                            "4096.0",
                            "18446744073709551616",
                            "18014398509481984KiB",
                            "000000000000000000000000000004096",
                            "MiB",
                            "4096\n"}) {
    bytes = value;
    told.clear();
    EXPECT_EQ(read().bytes_max, 64 * kMiB) << value;
    EXPECT_NE(told.find("redzone: REDZONE_ARENA_BYTES='"), std::string::npos) << value;
    EXPECT_NE(told.find("the default 64MiB holds\n"), std::string::npos) << value;
  }
}

TEST_F(ArenaEnvironmentTest, AValueOf32CharactersIsTheLongest) {
  bytes = "00000000000000000000000000004096";
  ASSERT_EQ(std::string_view(bytes).size(), 32U);
  EXPECT_EQ(read().bytes_max, 4096U);
  EXPECT_EQ(told, "");
}

TEST_F(ArenaEnvironmentTest, OverflowIsOneOfFourWords) {
  struct Case {
    const char* value;
    ArenaOverflow expected;
  };
  for (const Case& each : {Case{"error", ArenaOverflow::error}, Case{"panic", ArenaOverflow::panic},
                           Case{"heap", ArenaOverflow::heap}, Case{"grow", ArenaOverflow::grow}}) {
    overflow = each.value;
    EXPECT_EQ(read().options.overflow, each.expected) << each.value;
  }
  EXPECT_EQ(told, "");
  for (const char* value : {"", "Error", "panic ", "grows", "0"}) {
    overflow = value;
    told.clear();
    EXPECT_EQ(read().options.overflow, ArenaOverflow::grow) << value;
    EXPECT_EQ(told, "redzone: REDZONE_ARENA_OVERFLOW='" + std::string(value) +
                        "' is ignored, for it is not one of error, panic, heap and grow; the "
                        "default grow holds\n");
  }
}

TEST_F(ArenaEnvironmentTest, ZeroIsOneOfTwoWords) {
  zero = "never";
  EXPECT_EQ(read().options.zero, ArenaZero::never);
  zero = "reset";
  EXPECT_EQ(read().options.zero, ArenaZero::on_reset);
  EXPECT_EQ(told, "");
  for (const char* value : {"", "off", "0", "Never"}) {
    zero = value;
    told.clear();
    EXPECT_EQ(read().options.zero, ArenaZero::on_reset) << value;
    EXPECT_NE(told.find("REDZONE_ARENA_ZERO='" + std::string(value) + "'"), std::string::npos);
  }
}

TEST_F(ArenaEnvironmentTest, AForeignValueIsToldCutAndWithoutControlCharacters) {
  overflow = "\x1b[31mred\xff and some thirty characters more than that";
  EXPECT_EQ(read().options.overflow, ArenaOverflow::grow);
  EXPECT_NE(told.find("='?[31mred? and some thirty charac...' is"), std::string::npos) << told;
}

TEST_F(ArenaEnvironmentTest, SeveralBadValuesAreToldAtOnceAndOnlyOnce) {
  const std::string longest(100, '\'');
  bytes = overflow = zero = longest.c_str();
  DefaultsOnce once;
  for (int time = 0; time < 3; ++time) EXPECT_EQ(once.get(kEnvironment).bytes_max, 64 * kMiB);
  EXPECT_EQ(tell_count, 1);
  EXPECT_EQ(read_count, 3);  // the variables, once each
  for (const char* name : {"REDZONE_ARENA_BYTES", "REDZONE_ARENA_OVERFLOW", "REDZONE_ARENA_ZERO"}) {
    EXPECT_NE(told.find(name), std::string::npos) << told;
  }
  EXPECT_TRUE(told.ends_with("the default reset holds\n")) << told;  // nothing was cut
}

TEST_F(ArenaEnvironmentTest, OfSeveralThreadsThatAskFirstOneReads) {
  bytes = "123KiB";
  zero = "sometimes";
  for (int round = 0; round < 50; ++round) {
    DefaultsOnce once;
    read_count = tell_count = 0;
    std::atomic<int> ready{0};
    std::atomic<int> right{0};
    std::vector<std::thread> threads;
    constexpr int kThreads = 4;
    for (int number = 0; number < kThreads; ++number) {
      threads.emplace_back([&] {
        ++ready;
        while (ready < kThreads) std::this_thread::yield();
        if (once.get(kEnvironment).bytes_max == 123 * kKiB) ++right;
      });
    }
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(right, kThreads);
    ASSERT_EQ(read_count, 3);
    ASSERT_EQ(tell_count, 1);
  }
}

// A process may be forked while another of its threads reads. Nobody would ever finish in the
// child.
TEST_F(ArenaEnvironmentTest, AChildDoesNotWaitForAThreadThatItDoesNotHave) {
  bytes = "5KiB";
  DefaultsOnce once;
  reader_waits = true;
  // Not a std::thread: the memory that it starts with would be leaked in the child.
  pthread_t reader{};
  const auto read_slowly = [](void* which) -> void* {
    EXPECT_EQ(static_cast<DefaultsOnce*>(which)->get(kEnvironment).bytes_max, 5 * kKiB);
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&reader, nullptr, read_slowly, &once), 0);
  reader_is_there.wait(false);
  const tests::ChildEnd end = tests::in_child([&] {
    alarm(20);  // ends a child that waits
    reader_waits = false;
    once.forget_reader();
    return once.get(kEnvironment).bytes_max == 5 * kKiB ? 0 : 1;
  });
  EXPECT_EQ(end.status, 0);
  reader_waits = false;
  reader_waits.notify_all();
  EXPECT_EQ(pthread_join(reader, nullptr), 0);
  once.forget_reader();  // nobody reads: what is known stays
  bytes = "6KiB";
  EXPECT_EQ(once.get(kEnvironment).bytes_max, 5 * kKiB);
}

TEST_F(ArenaEnvironmentTest, WhatTheProgramSetsHoldsAndTheEnvironmentIsNotRead) {
  bytes = "1MiB";
  DefaultsOnce once;
  EXPECT_TRUE(once.set({.bytes_max = 8 * kKiB, .options = {.name = "mine"}}));
  EXPECT_EQ(once.get(kEnvironment).bytes_max, 8 * kKiB);
  EXPECT_STREQ(once.get(kEnvironment).options.name, "mine");
  EXPECT_EQ(read_count, 0);
  EXPECT_EQ(once.set({}).error(), make_error(ArenaCode::defaults_in_use));
}

TEST_F(ArenaEnvironmentTest, WhatIsUsedCanNoLongerBeSet) {
  DefaultsOnce once;
  EXPECT_EQ(once.get(kEnvironment).bytes_max, 64 * kMiB);
  EXPECT_EQ(once.set({.bytes_max = 8 * kKiB}).error(), make_error(ArenaCode::defaults_in_use));
  EXPECT_EQ(once.get(kEnvironment).bytes_max, 64 * kMiB);
}

TEST_F(ArenaEnvironmentTest, WhatTheProgramSetsHasTheSameBounds) {
  const auto bad = [](std::uint64_t value, std::uint64_t limit) {
    return make_error(ArenaCode::bad_option)
        .with_field("bytes_max")
        .with_value(value)
        .with_limit(limit);
  };
  DefaultsOnce once;
  EXPECT_EQ(once.set({.bytes_max = kArenaBytesMin - 1}).error(), bad(4095, 4096));
  EXPECT_EQ(once.set({.bytes_max = kArenaBytesMax + 1}).error(),
            bad((std::uint64_t{1} << 40) + 1, std::uint64_t{1} << 40));
  EXPECT_EQ(once.set({.options = {.chunk_bytes = 1}}).error().code,
            error_code(ArenaCode::bad_option));
  EXPECT_TRUE(once.set({.bytes_max = kArenaBytesMin}));  // what was refused has changed nothing
  EXPECT_TRUE(DefaultsOnce().set({.bytes_max = kArenaBytesMax}));
}

// The process's own environment, in children: a process reads it once.
TEST(ArenaDefaultsTest, TheProcessReadsItsEnvironment) {
  const tests::ChildEnd end = tests::in_child([] {
    setenv("REDZONE_ARENA_BYTES", "12MiB", 1);
    setenv("REDZONE_ARENA_OVERFLOW", "heap", 1);
    setenv("REDZONE_ARENA_ZERO", "never", 1);
    const ArenaDefaults defaults = arena_defaults();
    setenv("REDZONE_ARENA_BYTES", "1MiB", 1);
    return defaults.bytes_max == 12 * kMiB && defaults.options.overflow == ArenaOverflow::heap &&
                   defaults.options.zero == ArenaZero::never &&
                   arena_defaults().bytes_max == 12 * kMiB
               ? 0
               : 1;
  });
  EXPECT_EQ(end.status, 0);
  EXPECT_EQ(end.told, "");
}

TEST(ArenaDefaultsTest, ABadValueIsOneLineOnStandardError) {
  const tests::ChildEnd end = tests::in_child([] {
    setenv("REDZONE_ARENA_BYTES", "64MB", 1);
    unsetenv("REDZONE_ARENA_OVERFLOW");
    unsetenv("REDZONE_ARENA_ZERO");
    return arena_defaults().bytes_max == 64 * kMiB && arena_defaults().bytes_max == 64 * kMiB ? 0
                                                                                              : 1;
  });
  EXPECT_EQ(end.status, 0);
  EXPECT_EQ(end.told,
            "redzone: REDZONE_ARENA_BYTES='64MB' is ignored, for it is not a number of bytes from "
            "4KiB to 1024GiB, such as 65536 or 64MiB; the default 64MiB holds\n");
}

TEST(ArenaDefaultsTest, TheProgramMaySetThemOnce) {
  const tests::ChildEnd end = tests::in_child([] {
    setenv("REDZONE_ARENA_BYTES", "12MiB", 1);
    const bool is_set = set_arena_defaults({.bytes_max = 9000}).has_value();
    return is_set && arena_defaults().bytes_max == 9000 && !set_arena_defaults({}) ? 0 : 1;
  });
  EXPECT_EQ(end.status, 0);
  EXPECT_EQ(end.told, "");
}

}  // namespace
}  // namespace redzone
