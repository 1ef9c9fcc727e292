#include "redzone/os/file_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "os/system_error.hpp"
#include "redzone/base/check.hpp"

namespace redzone::os {

namespace {

constexpr std::uint64_t kOffsetMax = INT64_MAX;  // off_t is a signed 64-bit number
static_assert(sizeof(off_t) == sizeof(std::int64_t));

}  // namespace

Error read_error(int number, std::uint64_t offset) {
  if (number == EINTR) {
    return make_error(Code::read_interrupted).with_field("read").with_offset(offset).with_value(1);
  }
  return system_error(Code::read_failed, "read", number).with_offset(offset);
}

Result<FileSource> FileSource::open(const char* path) {
  REDZONE_CHECK(path != nullptr);
  // O_NONBLOCK: a FIFO without a writer would hold the open until one comes. It means nothing for
  // the regular files that pass below. O_NOCTTY: a terminal must not become ours.
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
  int raw = -1;
  for (unsigned attempt = 0; attempt <= kInterruptionsMax; ++attempt) {
    raw = ::open(path, kFlags);
    if (raw >= 0 || errno != EINTR) break;
  }
  if (raw < 0) return fail(system_error(Code::open_failed, "open", errno));
  return of_regular_file(Descriptor(raw));
}

Result<FileSource> FileSource::standard_input() {
  const int raw = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (raw < 0) return fail(system_error(Code::open_failed, "standard_input", errno));
  return of_regular_file(Descriptor(raw));
}

Result<FileSource> FileSource::of_regular_file(Descriptor descriptor) {
  struct stat status = {};
  if (::fstat(descriptor.get(), &status) != 0) {
    return fail(system_error(Code::open_failed, "fstat", errno));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(make_error(Code::not_a_regular_file)
                    .with_field("file.type")
                    .with_value(status.st_mode & S_IFMT));
  }
  return FileSource(std::move(descriptor));
}

Result<std::size_t> FileSource::read_at(std::uint64_t offset, std::span<std::byte> out) {
  if (out.empty()) return std::size_t{0};
  if (offset > kOffsetMax) {
    return fail(make_error(Code::offset_too_large)
                    .with_field("read")
                    .with_offset(offset)
                    .with_limit(kOffsetMax));
  }
  // A read whose end is no offset any more is EINVAL on some kernels, though it would just end.
  const std::size_t count = std::min<std::uint64_t>(out.size(), kOffsetMax - offset);
  if (count == 0) return std::size_t{0};
  const ssize_t got = ::pread(descriptor_.get(), out.data(), count, static_cast<off_t>(offset));
  if (got < 0) return fail(read_error(errno, offset));
  return static_cast<std::size_t>(got);
}

Result<std::uint64_t> FileSource::size_bytes() {
  struct stat status = {};
  if (::fstat(descriptor_.get(), &status) != 0) {
    return fail(system_error(Code::size_unknown, "fstat", errno));
  }
  return static_cast<std::uint64_t>(status.st_size);
}

std::string_view file_type_name(std::uint64_t type_bits) {
  switch (type_bits) {
    case S_IFREG:
      return "a regular file";
    case S_IFDIR:
      return "a directory";
    case S_IFIFO:
      return "a pipe";
    case S_IFCHR:
      return "a character device";
    case S_IFBLK:
      return "a block device";
    case S_IFSOCK:
      return "a socket";
    case S_IFLNK:
      return "a symbolic link";
    default:
      return "";
  }
}

}  // namespace redzone::os
