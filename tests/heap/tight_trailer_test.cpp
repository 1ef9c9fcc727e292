// Blocks of about 1 KiB, whose trailers are shorter.

#include <gtest/gtest.h>
#include <malloc.h>

#include <cstdlib>
#include <cstring>

#include "heap/scope_state.hpp"
#include "heap/trailer.hpp"
#include "redzone/heap/scope.hpp"

namespace redzone::heap {
namespace {

struct TightBlock {
  alignas(16) unsigned char memory[kTightUsableBytes + 8] = {};
  Trailer trailer{memory, kTightUsableBytes};
};

TEST(HeapTightTrailer, IsReadAsItWasWritten) {
  TightBlock block;
  RecordedBlock read;
  EXPECT_FALSE(block.trailer.read(read));
  const std::uint64_t now = current_epoch.fetch_add(1) + 1;  // 0 is no epoch
  for (const std::uint64_t size_bytes : {1U, 985U, 1000U, 1001U, 1016U, 1017U, 1024U}) {
    for (const std::uint16_t owner : {std::uint16_t{0}, std::uint16_t{7}, std::uint16_t{1024}}) {
      const RecordedBlock written = {size_bytes, now, owner, owner == 7};
      block.trailer.write(written);
      ASSERT_TRUE(block.trailer.read(read)) << size_bytes;
      EXPECT_EQ(read.size_bytes, size_bytes);
      EXPECT_EQ(read.epoch, now);
      EXPECT_EQ(read.owner, owner);
      EXPECT_EQ(read.is_followed, owner == 7);
    }
  }
  block.trailer.clear();
  EXPECT_FALSE(block.trailer.read(read));
}

TEST(HeapTightTrailer, IsNoneForAnotherBlockOrWhenOneBitIsWrong) {
  TightBlock block;
  TightBlock other;
  RecordedBlock read;
  current_epoch.fetch_add(1);
  block.trailer.write({1024, current_epoch.load(), 3, false});
  std::memcpy(other.memory, block.memory, sizeof(block.memory));
  EXPECT_FALSE(other.trailer.read(read));
  for (std::size_t bit = 0; bit < kTightTrailerBytes * 8; ++bit) {
    unsigned char& byte = block.memory[kTightUsableBytes - kTightTrailerBytes + bit / 8];
    const unsigned char before = byte;
    byte = static_cast<unsigned char>(byte ^ (1U << bit % 8));
    EXPECT_FALSE(block.trailer.read(read)) << "bit " << bit;
    byte = before;
  }
  EXPECT_TRUE(block.trailer.read(read));
}

TEST(HeapTightTrailer, KeepsItsEpochHoweverManyBegin) {
  TightBlock block;
  RecordedBlock read;
  const std::uint64_t then = current_epoch.fetch_add(1) + 1;
  block.trailer.write({1024, then, 3, false});
  current_epoch.fetch_add(std::uint64_t{1} << 30U);
  ASSERT_TRUE(block.trailer.read(read));
  EXPECT_EQ(read.epoch, then);
}

TEST(HeapTightTrailer, FitsEachBlockAroundTheLargestOfTheCache) {
  if (back_end() != BackEnd::interposer) GTEST_SKIP() << "another malloc is in use";
  for (std::size_t size_bytes = 960; size_bytes <= 1100; ++size_bytes) {
    const Scope scope;
    void* volatile block = std::malloc(size_bytes);
    const std::size_t usable_bytes = malloc_usable_size(block);
    ASSERT_GE(usable_bytes, size_bytes);
    std::memset(block, 0xff, usable_bytes);
    EXPECT_EQ(scope.figures().live_bytes, size_bytes);
    void* const larger = std::realloc(block, size_bytes + 24);
    EXPECT_EQ(scope.figures().live_bytes, size_bytes + 24);
    std::free(larger);
    EXPECT_EQ(scope.figures().live_bytes, 0U) << size_bytes;
    EXPECT_EQ(scope.figures().peak_bytes, size_bytes + 24);
  }
}

TEST(HeapTightTrailer, LeavesABlockOf1024BytesInTheCacheOfItsThread) {
  if (back_end() != BackEnd::interposer) GTEST_SKIP() << "another malloc is in use";
  const Scope scope;
  void* volatile block = std::malloc(1024);
  EXPECT_EQ(malloc_usable_size(block), 1024U);
  std::free(block);
}

}  // namespace
}  // namespace redzone::heap
