#include "redzone/os/file_source.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "os/system_error.hpp"
#include "redzone/os/descriptor.hpp"
#include "redzone/os/errors.hpp"
#include "tests/os/error_text_of.hpp"
#include "tests/os/process_probe.hpp"
#include "tests/os/temporary_directory.hpp"

namespace redzone::os {
namespace {

Error error_of_opening(const std::string& path) {
  const Result<FileSource> source = FileSource::open(path.c_str());
  return source ? Error{} : source.error();
}

std::string_view characters_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST(FileSource, ReadsByPositionAndKnowsItsSize) {
  const TemporaryDirectory directory;
  FileSource source = FileSource::open(directory.write("file", "0123456789").c_str()).value();
  std::array<std::byte, 4> out{};
  EXPECT_EQ(source.size_bytes(), 10u);
  EXPECT_EQ(source.read_at(6, out), 4u);
  EXPECT_EQ(characters_of(out), "6789");
  EXPECT_EQ(source.read_at(1, out), 4u);
  EXPECT_EQ(characters_of(out), "1234");
  EXPECT_EQ(source.read_at(9, out), 1u);
  EXPECT_EQ(source.read_at(10, out), 0u);
  EXPECT_EQ(source.read_at(0, {}), 0u);
}

TEST(FileSource, SeesAFileThatGrowsAndOneThatWasRemoved) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("file", "abc");
  FileSource source = FileSource::open(path.c_str()).value();
  directory.write("file", "abcdef");
  EXPECT_EQ(source.size_bytes(), 6u);
  std::filesystem::remove(path);
  std::array<std::byte, 8> out{};
  EXPECT_EQ(read_fully(source, 0, out), 6u);
}

TEST(FileSource, ReadsAtTheLargestOffsetOfTheSystemAndRefusesAbove) {
  const TemporaryDirectory directory;
  FileSource source = FileSource::open(directory.write("file", "x").c_str()).value();
  std::array<std::byte, 4> out{};
  EXPECT_EQ(source.read_at(INT64_MAX - 1, out), 0u);
  EXPECT_EQ(source.read_at(INT64_MAX, out), 0u);
  const std::uint64_t above = std::uint64_t{INT64_MAX} + 1;
  const Result<std::size_t> refused = source.read_at(above, out);
  ASSERT_FALSE(refused);
  EXPECT_EQ(text_of(refused.error()), text_of(make_error(Code::offset_too_large)
                                                  .with_field("read")
                                                  .with_offset(above)
                                                  .with_limit(INT64_MAX)));
}

TEST(FileSource, AMissingFileIsOpenFailedWithItsErrno) {
  const TemporaryDirectory directory;
  EXPECT_EQ(text_of(error_of_opening(directory.path_of("missing"))),
            text_of(make_error(Code::open_failed).with_field("open").with_value(ENOENT)));
}

TEST(FileSource, ADirectoryADeviceAndAFifoWithoutAWriterAreNotRegularFiles) {
  const TemporaryDirectory directory;
  const std::string fifo = directory.path_of("fifo");
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  const Error not_regular = make_error(Code::not_a_regular_file).with_field("file.type");
  EXPECT_EQ(text_of(error_of_opening(directory.path())), text_of(not_regular.with_value(S_IFDIR)));
  EXPECT_EQ(text_of(error_of_opening(fifo)), text_of(not_regular.with_value(S_IFIFO)));
  EXPECT_EQ(text_of(error_of_opening("/dev/null")), text_of(not_regular.with_value(S_IFCHR)));
}

TEST(FileSource, EveryTypeOfFileHasAName) {
  EXPECT_EQ(file_type_name(S_IFREG), "a regular file");
  EXPECT_EQ(file_type_name(S_IFDIR), "a directory");
  EXPECT_EQ(file_type_name(S_IFIFO), "a pipe");
  EXPECT_EQ(file_type_name(S_IFCHR), "a character device");
  EXPECT_EQ(file_type_name(S_IFBLK), "a block device");
  EXPECT_EQ(file_type_name(S_IFSOCK), "a socket");
  EXPECT_EQ(file_type_name(S_IFLNK), "a symbolic link");
  EXPECT_EQ(file_type_name(0), "");
}

// With `standard_input` in the place of standard input; empty: with none.
Result<FileSource> source_over(const Descriptor& standard_input) {
  const Descriptor kept(dup(0));
  if (standard_input.is_open()) {
    dup2(standard_input.get(), 0);
  } else {
    close(0);
  }
  Result<FileSource> source = FileSource::standard_input();
  if (kept.is_open()) {
    dup2(kept.get(), 0);
  } else {
    close(0);
  }
  return source;
}

TEST(FileSource, StandardInputIsReadFromItsStartAndStaysOpenByItself) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("file", "0123456789");
  Descriptor input(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(lseek(input.get(), 5, SEEK_SET), 5);
  Result<FileSource> source = source_over(input);
  input.close();
  ASSERT_TRUE(source);
  std::array<std::byte, 4> out{};
  EXPECT_EQ(source->size_bytes(), 10u);
  EXPECT_EQ(source->read_at(0, out), 4u);
  EXPECT_EQ(characters_of(out), "0123");
}

TEST(FileSource, StandardInputThatIsClosedOrNoFileIsAnError) {
  const Result<FileSource> closed = source_over(Descriptor());
  ASSERT_FALSE(closed);
  EXPECT_EQ(text_of(closed.error()),
            text_of(make_error(Code::open_failed).with_field("standard_input").with_value(EBADF)));
  const Result<FileSource> device =
      source_over(Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)));
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().code, error_code(Code::not_a_regular_file));
}

TEST(FileSource, AReadThatTheSystemFailsIsReadFailedWithOffsetAndErrno) {
  // The first page of an address space is never mapped, and reading it gives EIO.
  FileSource source = FileSource::open("/proc/self/mem").value();
  std::array<std::byte, 4> out{};
  const Result<std::size_t> got = source.read_at(16, out);
  ASSERT_FALSE(got);
  EXPECT_EQ(
      text_of(got.error()),
      text_of(make_error(Code::read_failed).with_field("read").with_offset(16).with_value(EIO)));
}

TEST(FileSource, AnInterruptedReadIsReadInterrupted) {
  EXPECT_EQ(
      text_of(read_error(EINTR, 7)),
      text_of(make_error(Code::read_interrupted).with_field("read").with_offset(7).with_value(1)));
}

TEST(FileSource, MovesItsDescriptorAndClosesItOnce) {
  const TemporaryDirectory directory;
  const std::set<int> before = open_descriptors();
  {
    FileSource source = FileSource::open(directory.write("file", "abc").c_str()).value();
    FileSource moved = std::move(source);
    FileSource other = FileSource::open(directory.write("other", "abcd").c_str()).value();
    EXPECT_EQ(open_descriptors().size(), before.size() + 2);
    other = std::move(moved);
    EXPECT_EQ(open_descriptors().size(), before.size() + 1);
    EXPECT_EQ(other.size_bytes(), 3u);
  }
  EXPECT_EQ(open_descriptors(), before);
}

TEST(FileSource, IsClosedInChildProcesses) {
  const TemporaryDirectory directory;
  const std::set<int> before = open_descriptors();
  const FileSource source = FileSource::open(directory.write("file", "abc").c_str()).value();
  for (const int number : open_descriptors()) {
    if (!before.contains(number)) {
      EXPECT_EQ(fcntl(number, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    }
  }
}

TEST(FileSource, ASourceThatWasMovedFromFailsEveryCall) {
  const TemporaryDirectory directory;
  FileSource source = FileSource::open(directory.write("file", "abc").c_str()).value();
  const FileSource moved = std::move(source);
  std::array<std::byte, 4> out{};
  // NOLINTBEGIN(bugprone-use-after-move): what a moved-from source does is part of its contract
  const Result<std::size_t> got = source.read_at(0, out);
  const Result<std::uint64_t> size = source.size_bytes();
  // NOLINTEND(bugprone-use-after-move)
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().value, std::uint64_t{EBADF});
  ASSERT_FALSE(size);
  EXPECT_EQ(text_of(size.error()),
            text_of(make_error(Code::size_unknown).with_field("fstat").with_value(EBADF)));
}

}  // namespace
}  // namespace redzone::os
