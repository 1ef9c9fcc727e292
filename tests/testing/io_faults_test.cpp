#include "redzone/testing/io_faults.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <thread>

#include "redzone/testing/io.hpp"

namespace redzone::testing {
namespace {

constexpr std::size_t kFileBytes = 64;

// A file of 64 bytes that has no name.
class File {
 public:
  File() : stream_(std::tmpfile()) {
    for (std::size_t i = 0; i < kFileBytes; ++i) std::fputc('a', stream_);
    std::fflush(stream_);
    std::fseek(stream_, 0, SEEK_SET);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { std::fclose(stream_); }
  [[nodiscard]] FILE* stream() const { return stream_; }
  [[nodiscard]] int descriptor() const { return fileno(stream_); }

 private:
  FILE* stream_;
};

IoFaultPlan plan(IoFaultKind kind, std::uint64_t nth = 1) {
  IoFaultPlan plan;
  plan.kind = kind;
  plan.nth = nth;
  return plan;
}

TEST(IoFaults, ReadFailsAsPlanned) {
  const File file;
  IoFaults reads;
  char out[16];
  reads.arm(plan(IoFaultKind::fails, 2));
  EXPECT_EQ(read(file.descriptor(), out, 16), 16);
  EXPECT_EQ(read(file.descriptor(), out, 16), -1);
  EXPECT_EQ(errno, EIO);
  EXPECT_EQ(read(file.descriptor(), out, 16), 16);
  reads.disarm();
  EXPECT_EQ(reads.operations(), 3U);
}

TEST(IoFaults, PreadIsShortOrInterrupted) {
  const File file;
  IoFaults reads;
  char out[16];
  reads.arm(plan(IoFaultKind::returns_short));
  EXPECT_EQ(pread(file.descriptor(), out, 16, 8), 8);
  reads.arm(plan(IoFaultKind::returns_short));
  EXPECT_EQ(pread(file.descriptor(), out, 1, 8), 1);
  reads.arm(plan(IoFaultKind::is_interrupted));
  EXPECT_EQ(pread(file.descriptor(), out, 16, 8), -1);
  EXPECT_EQ(errno, EINTR);
}

TEST(IoFaults, FreadThatFailsSetsTheErrorFlag) {
  const File file;
  IoFaults reads;
  char out[16];
  reads.arm(plan(IoFaultKind::fails));
  EXPECT_EQ(std::fread(out, 1, 16, file.stream()), 0U);
  EXPECT_NE(std::ferror(file.stream()), 0);
  EXPECT_EQ(errno, EIO);
  std::clearerr(file.stream());
  EXPECT_EQ(std::fread(out, 1, 16, file.stream()), 16U);
}

TEST(IoFaults, FreadThatIsShortEndsTheFile) {
  const File file;
  IoFaults reads;
  char out[16];
  reads.arm(plan(IoFaultKind::returns_short));
  EXPECT_EQ(std::fread(out, 4, 4, file.stream()), 2U);
  EXPECT_NE(std::feof(file.stream()), 0);
  EXPECT_EQ(std::ferror(file.stream()), 0);
}

TEST(IoFaults, ForEverGoesOn) {
  const File file;
  IoFaults reads;
  char out[4];
  IoFaultPlan failing = plan(IoFaultKind::fails);
  failing.for_ever = true;
  reads.arm(failing);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(read(file.descriptor(), out, 4), -1);
  reads.disarm();
  EXPECT_EQ(read(file.descriptor(), out, 4), 4);
}

TEST(IoFaults, OtherThreadsAreLeftAloneUnlessAskedFor) {
  const File file;
  const auto read_in_thread = [&] {
    ssize_t size = 0;
    std::thread([&] {
      char out[4];
      size = pread(file.descriptor(), out, 4, 0);
    }).join();
    return size;
  };
  IoFaults mine;
  mine.arm(plan(IoFaultKind::fails));
  EXPECT_EQ(read_in_thread(), 4);
  EXPECT_EQ(mine.operations(), 0U);
  mine.disarm();
  IoFaults all(heap::Who::process);
  all.arm(plan(IoFaultKind::fails));
  EXPECT_EQ(read_in_thread(), -1);
}

TEST(IoFaultsDeathTest, OneIsArmedAtATime) {
  const auto arm_two = [] {
    IoFaults first;
    IoFaults second;
    first.arm(plan(IoFaultKind::fails));
    second.arm(plan(IoFaultKind::fails));
  };
  EXPECT_DEATH(arm_two(), "another IoFaults is armed");
}

bool count_bytes(FILE* stream, bool looks_at_errors) {
  char out[16];
  std::size_t total = 0;
  if (std::fseek(stream, 0, SEEK_SET) != 0) return false;
  std::size_t size = 0;
  while ((size = std::fread(out, 1, sizeof out, stream)) > 0) total += size;
  return looks_at_errors ? std::ferror(stream) == 0 && total == kFileBytes : true;
}

TEST(IoFaults, TheAssertionTakesThem) {
  const File file;
  IoFaults reads;
  EXPECT_IO_SAFE(reads, { return count_bytes(file.stream(), true); });
  const Judgement judgement = io_safe(Torture(), detail::site_of("f.cpp", 1), reads,
                                      [&] { return count_bytes(file.stream(), false); });
  EXPECT_NE(judgement.message().find("swallowed: "), std::string::npos) << judgement.message();
}

}  // namespace
}  // namespace redzone::testing
