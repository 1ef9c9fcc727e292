// Compiled where AddressSanitizer or Valgrind looks on.

#include "arena/detectors.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "redzone/base/valgrind_request.hpp"
#include "tests/arena/may_touch.hpp"

namespace redzone {
namespace {

constexpr std::size_t kChunkBytes = 512;

// Memory of malloc that is hidden, as an arena hides a chunk.
// NOLINTNEXTLINE(cppcoreguidelines-virtual-class-destructor): as GoogleTest has it
class Detectors : public testing::Test {
 public:
  Detectors(const Detectors&) = delete;
  Detectors& operator=(const Detectors&) = delete;

 protected:
  Detectors()
      : pool_(begin_watching()),
        chunk_(static_cast<char*>(std::malloc(kChunkBytes))),  // aligned to 16
        begin_(reinterpret_cast<std::uintptr_t>(chunk_)) {
    adopt(pool_, begin_, kChunkBytes);
    hide(begin_, kChunkBytes);
  }
  ~Detectors() override {
    take_back(pool_, begin_, begin_ + kChunkBytes);
    show(begin_, kChunkBytes);
    disown(pool_, begin_);
    end_watching(pool_);
    std::free(chunk_);
  }

  // Exactly [from, to) of the chunk may be touched.
  void expect_open(std::size_t from, std::size_t to) const {
    for (std::size_t index = 0; index < kChunkBytes; ++index) {
      ASSERT_EQ(may_touch(chunk_ + index), index >= from && index < to) << index;
    }
  }
  bool is_written_from(std::size_t from, std::size_t to) const {
    bool all = true;
    for (std::size_t index = from; index < to; ++index) all = all && is_written(chunk_ + index);
    return all;
  }

  ArenaBlockList* pool_;
  char* chunk_;
  std::uintptr_t begin_;
};

TEST_F(Detectors, LookOn) {
  EXPECT_TRUE(is_watched());
  EXPECT_EQ(pool_ != nullptr, is_under_memcheck());
  expect_open(0, 0);
}

TEST_F(Detectors, OpenExactlyTheBytesOfABlock) {
  for (const std::size_t size_bytes : {1U, 7U, 8U, 9U, 37U, 64U}) {
    hand_out(pool_, begin_ + 64, size_bytes, false);
    expect_open(64, 64 + size_bytes);
    take_back(pool_, begin_ + 64, begin_ + kChunkBytes);
    expect_open(0, 0);
  }
}

TEST_F(Detectors, TakeABlockForUnwrittenUnlessItIsZero) {
  show(begin_, kChunkBytes);
  EXPECT_TRUE(is_written_from(0, kChunkBytes));
  hide(begin_, kChunkBytes);

  hand_out(pool_, begin_ + 64, 37, false);
  EXPECT_EQ(is_written_from(64, 101), !is_under_memcheck());
  hand_out(pool_, begin_ + 128, 37, true);
  EXPECT_TRUE(is_written_from(128, 165));
}

TEST_F(Detectors, FollowABlockThatIsResized) {
  hand_out(pool_, begin_ + 64, 37, true);
  resize(pool_, begin_ + 64, 37, 101);
  expect_open(64, 165);
  EXPECT_TRUE(is_written_from(64, 101));
  EXPECT_EQ(is_written_from(101, 165), !is_under_memcheck());

  resize(pool_, begin_ + 64, 101, 13);
  expect_open(64, 77);
  resize(pool_, begin_ + 64, 13, 0);
  expect_open(0, 0);
  hand_out(pool_, begin_ + 64, 37, false);  // Valgrind allows no second block at one address
  expect_open(64, 101);
}

// Where there is no red zone, a block ends where the next begins.
TEST_F(Detectors, KeepTheirHandsOffNeighbours) {
  hide(begin_, kChunkBytes);
  show(begin_, 64);  // a header
  for (std::size_t offset = 64; offset < 96; offset += 8) {
    hand_out(pool_, begin_ + offset, 8, true);
  }
  expect_open(0, 96);
  EXPECT_TRUE(is_written_from(0, 96));
  take_back(pool_, begin_ + 80, begin_ + kChunkBytes);
  expect_open(0, 80);
  hand_out(pool_, begin_ + 80, 24, true);
  expect_open(0, 104);
  take_back(pool_, begin_ + 64, begin_ + kChunkBytes);
  expect_open(0, 64);
  EXPECT_TRUE(is_written_from(0, 64));
}

TEST_F(Detectors, TakeBackOnlyWhatIsBehindAnAddress) {
  hand_out(pool_, begin_ + 64, 37, false);
  hand_out(pool_, begin_ + 128, 37, false);
  hand_out(pool_, begin_ + 192, 37, false);
  take_back(pool_, begin_ + 128, begin_ + kChunkBytes);
  expect_open(64, 101);
}

TEST_F(Detectors, SeeBlocksOfMemoryThatIsNotAdopted) {
  alignas(16) char buffer[64] = {};
  const auto begin = reinterpret_cast<std::uintptr_t>(&buffer[0]);
  hide(begin, sizeof buffer);
  hand_out(pool_, begin + 16, 13, false);
  EXPECT_FALSE(may_touch(buffer + 15));
  EXPECT_TRUE(may_touch(buffer + 16));
  EXPECT_TRUE(may_touch(buffer + 28));
  EXPECT_FALSE(may_touch(buffer + 29));
  take_back(pool_, begin, begin + sizeof buffer);
  show(begin, sizeof buffer);
  EXPECT_TRUE(may_touch(buffer + 63));
  EXPECT_TRUE(is_written(buffer + 63));
}

}  // namespace
}  // namespace redzone
