// What a program can see of the malloc that stands before the C library's.

#include <dlfcn.h>
#include <malloc.h>

#include <cstdint>
#include <cstring>

#include "heap/thread_state.hpp"
#include "heap/trailer.hpp"
#include "tests/heap/expect_figures.hpp"

namespace redzone::heap {
namespace {

class HeapInterposer : public testing::Test {
 protected:
  void SetUp() override {
    if (back_end() != BackEnd::interposer) GTEST_SKIP() << "another malloc is in use";
  }
};

TEST_F(HeapInterposer, GivesEachUsableByteToTheProgram) {
  for (const std::size_t size_bytes : {1U, 24U, 25U, 100U, 5000U, 300000U}) {
    Scope scope;
    void* block = escape(std::malloc(size_bytes));
    const std::size_t usable_bytes = malloc_usable_size(block);
    EXPECT_GE(usable_bytes, size_bytes);
    std::memset(block, 0xff, usable_bytes);
    const Figures held = scope.figures();
    std::free(block);
    expect_figures(held, {1, size_bytes, size_bytes, 1, size_bytes, size_bytes});
    expect_figures(scope.figures(), {1, size_bytes, size_bytes, 0, 0, size_bytes});
  }
}

TEST_F(HeapInterposer, SaysOfABlockFromBeforeWhatTheCLibrarySays) {
  using UsableSize = std::size_t (*)(void*);
  const auto of_libc = reinterpret_cast<UsableSize>(dlsym(RTLD_NEXT, "malloc_usable_size"));
  ASSERT_NE(of_libc, nullptr);
  for (const std::size_t size_bytes : {1U, 25U, 5000U, 300000U}) {
    void* block = escape(std::malloc(size_bytes));
    Scope scope;
    EXPECT_EQ(malloc_usable_size(block), of_libc(block));
    std::memset(block, 0xff, malloc_usable_size(block));
    std::free(block);
    expect_figures(scope.figures(), {});
  }
  EXPECT_EQ(malloc_usable_size(nullptr), 0U);
}

TEST_F(HeapInterposer, SaysNoLessThanWasAskedForOnceTheScopeIsClosed) {
  void* block = nullptr;
  {
    Scope scope;
    block = escape(std::malloc(100));
  }
  block = escape(std::realloc(block, 118));
  EXPECT_GE(malloc_usable_size(block), 118U);
  Scope later;
  EXPECT_GE(malloc_usable_size(block), 118U);
  std::free(block);
}

TEST_F(HeapInterposer, KeepsContentsAndAlignment) {
  Scope scope;
  auto* block = static_cast<unsigned char*>(escape(std::calloc(1, 1000)));
  for (std::size_t i = 0; i < 1000; ++i) {
    ASSERT_EQ(block[i], 0) << i;
    block[i] = static_cast<unsigned char>(i);
  }
  block = static_cast<unsigned char*>(escape(std::realloc(block, 50000)));
  for (std::size_t i = 0; i < 1000; ++i) ASSERT_EQ(block[i], static_cast<unsigned char>(i)) << i;
  std::free(block);
  for (std::size_t alignment = sizeof(void*); alignment <= 1U << 20U; alignment *= 2) {
    void* aligned = nullptr;
    ASSERT_EQ(posix_memalign(&aligned, alignment, 100), 0);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(escape(aligned)) % alignment, 0U);
    std::free(aligned);
  }
  expect_figure(scope.figures().live_bytes, Quantity::live_bytes, 0);
}

// Memory that was counted comes back from the C library for a block that nobody counts.
TEST_F(HeapInterposer, TakesNothingOffForABlockThatWasNotCounted) {
  Scope scope;
  void* held = escape(std::malloc(50));
  void* first = escape(std::malloc(1000));
  std::free(first);
  void* second = nullptr;
  {
    const Unwatched unwatched;
    second = escape(std::malloc(1000));
  }
  EXPECT_EQ(first, second) << "the C library has changed its order";
  std::free(second);
  const Figures figures = scope.figures();
  std::free(held);
  expect_figures(figures, {2, 1050, 1000, 1, 50, 1050});
}

TEST_F(HeapInterposer, SurvivesALibraryThatIsLoadedAndUnloaded) {
  Scope scope;
  void* library = dlopen("libresolv.so.2", RTLD_NOW);
  ASSERT_NE(library, nullptr) << dlerror();
  EXPECT_GT(scope.figures().allocation_count.value_or(0), 0U);
  EXPECT_EQ(dlclose(library), 0);
}

TEST(HeapTrailer, IsReadAsItWasWritten) {
  alignas(16) unsigned char memory[64] = {};
  const RecordedBlock written = {40, (std::uint64_t{1} << 40U) - 1, 1024, true};
  RecordedBlock read;
  EXPECT_FALSE(Trailer(memory, 56).read(read));
  Trailer(memory, 56).write(written);
  ASSERT_TRUE(Trailer(memory, 56).read(read));
  EXPECT_EQ(read.size_bytes, written.size_bytes);
  EXPECT_EQ(read.epoch, written.epoch);
  EXPECT_EQ(read.owner, written.owner);
  EXPECT_EQ(read.is_followed, written.is_followed);
  Trailer(memory, 56).clear();
  EXPECT_FALSE(Trailer(memory, 56).read(read));
}

TEST(HeapTrailer, IsNoneForAnotherBlockOrWhenOneBitIsWrong) {
  alignas(16) unsigned char memory[64] = {};
  alignas(16) unsigned char other[64] = {};
  RecordedBlock read;
  Trailer(memory, 56).write({40, 77, 3, false});
  std::memcpy(other, memory, sizeof(memory));
  EXPECT_FALSE(Trailer(other, 56).read(read));
  for (std::size_t bit = 0; bit < kTrailerBytes * 8; ++bit) {
    unsigned char& byte = memory[40 + bit / 8];
    byte = static_cast<unsigned char>(byte ^ (1U << bit % 8));
    EXPECT_FALSE(Trailer(memory, 56).read(read)) << "bit " << bit;
    byte = static_cast<unsigned char>(byte ^ (1U << bit % 8));
  }
  EXPECT_TRUE(Trailer(memory, 56).read(read));
}

TEST(HeapTrailer, IsNoneWhenTheBlockIsSmallerThanItSays) {
  alignas(16) unsigned char memory[64] = {};
  RecordedBlock read;
  Trailer(memory, 56).write({41, 77, 3, false});
  EXPECT_FALSE(Trailer(memory, 56).read(read));
}

}  // namespace
}  // namespace redzone::heap
