#include "redzone/testing/io.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>

#include "redzone/heap/figures.hpp"
#include "redzone/os/fault_injecting_source.hpp"
#include "redzone/os/memory_source.hpp"
#include "tests/testing/judgement_text.hpp"
#include "tests/testing/planted.hpp"

namespace redzone::testing {
namespace {

enum class Trouble : int { none, failed, interrupted };

// A source of somebody else: the smallest that the assertion takes.
class Numbers {
 public:
  enum class Kind { fails, returns_short, is_interrupted };
  struct Plan {
    Kind kind = Kind::fails;
    unsigned nth = 1;
    bool for_ever = false;
  };

  void arm(Plan plan) {
    plan_ = plan;
    is_armed_ = true;
    count_ = 0;
  }
  void disarm() { is_armed_ = false; }
  [[nodiscard]] unsigned operations() const { return count_.load(); }

  // Reads up to `wanted` of the four numbers that are left; `position` moves on.
  Trouble read(unsigned& position, unsigned wanted) {
    const unsigned number = ++count_;
    const bool is_bad = is_armed_ && (plan_.for_ever ? number >= plan_.nth : number == plan_.nth);
    if (is_bad && plan_.kind == Kind::fails) return Trouble::failed;
    if (is_bad && plan_.kind == Kind::is_interrupted) return Trouble::interrupted;
    position += is_bad ? 1 : wanted;
    return Trouble::none;
  }

 private:
  Plan plan_;
  bool is_armed_ = false;
  std::atomic<unsigned> count_{0};
};

bool read_all(Numbers& source) {
  unsigned position = 0;
  while (position < 4) {
    if (source.read(position, 2) != Trouble::none) return false;
  }
  return true;
}

template <class Source, class Body>
Judgement judge(const Torture& torture, Source& source, Body body) {
  return io_safe(torture, detail::site_of("io_test.cpp", 41), source, body);
}

TEST(IoSafe, AReaderThatReportsIsSafe) {
  Numbers source;
  EXPECT_IO_SAFE(source, { return read_all(source); });
}

TEST(IoSafe, EachReadGoesWrongInSixWays) {
  Numbers source;
  // One to warm up, two to count, and two reads.
  EXPECT_EQ(judge(Torture(), source, [&] { return read_all(source); }).run_count(), 3U + 2U * 6U);
}

TEST(IoSafe, AReadThatFailsUnnoticedIsSwallowed) {
  Numbers source;
  const Judgement judgement = judge(Torture(), source, [&] {
    unsigned position = 0;
    static_cast<void>(source.read(position, 2));
    static_cast<void>(source.read(position, 2));
    return true;
  });
  EXPECT_TRUE(
      has(judgement, "swallowed: the block claims success although read 1 of 2 failed once"))
      << judgement.message();
  EXPECT_TRUE(has(judgement, ":41:1:fails-once' ")) << judgement.message();
}

TEST(IoSafe, AReaderThatTakesAnInterruptionForTheEndIsNotSwallowed) {
  Numbers source;
  EXPECT_IO_SAFE(source, {
    unsigned position = 0;
    const Trouble first = source.read(position, 4);
    return first != Trouble::failed;
  });
}

TEST(IoSafe, AWrongAnswerIsTheBlocksToFind) {
  Numbers source;
  const Judgement judgement = judge(Torture(), source, [&] {
    unsigned position = 0;
    if (source.read(position, 4) != Trouble::none) return false;
    EXPECT_TRUE(position == 4 || position == 1);
    return true;
  });
  EXPECT_TRUE(judgement) << judgement.message();
}

TEST(IoSafe, ALeakAfterABadReadIsLeaked) {
  if (heap::capability(heap::Quantity::live_bytes).exactness == heap::Exactness::unknown) {
    GTEST_SKIP() << "live bytes are unknown in this build";
  }
  Numbers source;
  planted::LostAndFound lost;
  const Judgement judgement = judge(Torture(), source, [&] {
    void* const memory = planted::take(37);
    const bool is_read = read_all(source);
    if (is_read) {
      std::free(memory);
    } else {
      lost.lose(memory);
    }
    return is_read;
  });
  EXPECT_TRUE(has(judgement, "leaked: 37 bytes")) << judgement.message();
  EXPECT_TRUE(has(judgement, "still live after read 1 of 2 failed once")) << judgement.message();
}

TEST(IoSafe, NothingReadIsNothingInjected) {
  Numbers source;
  EXPECT_NONFATAL_FAILURE(EXPECT_IO_SAFE(source, { return true; }), "nothing injected: ");
}

TEST(IoSafe, RunsThatReadDifferentlyAreNondeterministic) {
  Numbers source;
  unsigned count = 0;
  const Judgement judgement = judge(Torture(), source, [&] {
    unsigned position = 0;
    ++count;
    for (unsigned i = 0; i < count; ++i) {
      if (source.read(position, 1) != Trouble::none) return false;
    }
    return true;
  });
  EXPECT_TRUE(has(judgement, "nondeterministic: ")) << judgement.message();
}

TEST(IoSafe, AReaderThatTriesAgainForEverIsEndless) {
  Numbers source;
  const auto retry = [&] {
    unsigned position = 0;
    Trouble trouble = Trouble::interrupted;
    while (trouble == Trouble::interrupted) trouble = source.read(position, 4);
    return trouble == Trouble::none;
  };
  const Judgement judgement = judge(Torture().in_child(), source, retry);
  EXPECT_TRUE(has(judgement, "endless: the block made ")) << judgement.message();
  EXPECT_TRUE(has(judgement, "after read 1 of 1 and all after it met an interruption"))
      << judgement.message();
  EXPECT_TRUE(judge(Torture().may_retry_for_ever(), source, retry));
}

TEST(IoSafeDeathTest, WithoutAChildAnEndlessReaderEndsTheProgram) {
  Numbers source;
  const auto retry = [&] {
    unsigned position = 0;
    while (source.read(position, 4) == Trouble::interrupted) {
    }
    return true;
  };
  EXPECT_DEATH(static_cast<void>(judge(Torture().may_keep_blocks(), source, retry)),
               "redzone: EXPECT_IO_SAFE: endless: the block goes on");
}

TEST(IoSafe, TakesTheSourceOfOs) {
  const std::array<std::byte, 64> bytes{};
  os::MemorySource memory(bytes);
  os::FaultInjectingSource source(memory);
  EXPECT_IO_SAFE(source, {
    std::array<std::byte, 16> out;
    for (std::uint64_t offset = 0; offset < 64;) {
      const auto size = source.read_at(offset, out);
      if (!size) return false;
      offset += *size;
    }
    return true;
  });
}

}  // namespace
}  // namespace redzone::testing
