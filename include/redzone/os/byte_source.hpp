#pragma once
// Bytes that are read by position: the one interface between whatever holds the input (a file, a
// block of memory, a source that fails on purpose) and whoever parses it.
//
// Bounds:  a source holds no memory of its own beyond its handle; a call reads at most the length
//          of the span it is given.
// Threads: read_at and size_bytes are const in effect and may be called from any thread at the same
//          time; a source has no cursor.
// Failure: READ_FAILED with the system's errno as value; READ_INTERRUPTED, to be tried again. Use
//          read_fully, which does that within a bound.
// Cost:    one virtual call and, for a file, one pread.
//
//   FileSource file = FileSource::open(path).value();
//   std::array<std::byte, 24> header;
//   Result<std::size_t> got = read_fully(file, 0, header);

#include <cstddef>
#include <cstdint>
#include <span>

#include "redzone/base/result.hpp"

namespace redzone::os {

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Reads bytes from `offset` on into the front of `out`: returns how many, which may be fewer than
  // asked for (a short read) and is 0 only at or after the end of the source or for an empty `out`.
  [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t offset,
                                                    std::span<std::byte> out) = 0;

  // Bytes in the source now.
  [[nodiscard]] virtual Result<std::uint64_t> size_bytes() = 0;

 protected:
  ByteSource() = default;
  ByteSource(const ByteSource&) = default;
  ByteSource& operator=(const ByteSource&) = default;
  ByteSource(ByteSource&&) = default;
  ByteSource& operator=(ByteSource&&) = default;
};

// Interruptions in a row, without a byte of progress, that read_fully bears. A signal storm passes
// within a few; a thousand cost well under a millisecond and mean that something never stops.
inline constexpr unsigned kInterruptionsMax = 1000;

// Reads until `out` is full or the source ends, over short reads and interruptions: returns how
// many bytes were read, fewer than asked for only at the end of the source. READ_INTERRUPTED is
// returned only after more than kInterruptionsMax in a row, ARITHMETIC_OVERFLOW when `out` would
// reach beyond 2^64-1. After an error the content of `out` is unspecified.
[[nodiscard]] Result<std::size_t> read_fully(ByteSource& source, std::uint64_t offset,
                                             std::span<std::byte> out);

}  // namespace redzone::os
