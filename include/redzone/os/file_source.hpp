#pragma once
// A regular file as a ByteSource, read by position. It opens what a path names at that moment and
// keeps it, whatever the path names later. Directories, pipes and devices are refused: they have
// no size and no positions.
//
// Bounds:  one descriptor, no memory. One call reads at most 0x7ffff000 bytes, which is Linux's
//          limit of a single pread; more is a short read.
// Threads: as ByteSource says. Moving is not synchronised.
// Failure: OPEN_FAILED, NOT_A_REGULAR_FILE (open never waits, not even for the other end of a
//          FIFO); READ_FAILED, READ_INTERRUPTED; SIZE_UNKNOWN. An offset above 2^63-1 is
//          OFFSET_TOO_LARGE: no file has a byte there, so the caller's arithmetic went wrong. A
//          source that was moved from fails every call with EBADF.
// Cost:    open and fstat to make one, then one pread a read and one fstat a size.
//
//   Result<FileSource> file = FileSource::open("model.gguf");
//   if (!file) return fail(file.error());

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "redzone/base/result.hpp"
#include "redzone/os/byte_source.hpp"
#include "redzone/os/descriptor.hpp"

namespace redzone::os {

class FileSource final : public ByteSource {
 public:
  // Opens `path`, which must not be null, for reading. The descriptor is not inherited by child
  // processes.
  [[nodiscard]] static Result<FileSource> open(const char* path);

  // The file that standard input is, from its start whatever was read of it. Unlike opening
  // /dev/stdin, which asks for permission once more, it reads what was handed over open.
  [[nodiscard]] static Result<FileSource> standard_input();

  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset,
                                            std::span<std::byte> out) override;
  [[nodiscard]] Result<std::uint64_t> size_bytes() override;

 private:
  explicit FileSource(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}
  [[nodiscard]] static Result<FileSource> of_regular_file(Descriptor descriptor);

  Descriptor descriptor_;  // open, and of a regular file, until moved from
};

// "a directory", "a pipe", ... for the value of NOT_A_REGULAR_FILE; empty for one that is no type.
[[nodiscard]] std::string_view file_type_name(std::uint64_t type_bits);

}  // namespace redzone::os
