#pragma once
// The pipes between run_process and its child: made close-on-exec, read and written without
// waiting. Private to os.

#include <cstddef>
#include <cstdint>
#include <span>

#include "redzone/base/result.hpp"
#include "redzone/os/descriptor.hpp"
#include "redzone/os/process.hpp"

namespace redzone::os {

struct Pipe {
  Descriptor read_end = {};
  Descriptor write_end = {};
};

enum class PipeUser : std::uint8_t { reads, writes };  // which end is ours

// Both ends are above the standard streams, so that giving one to the child as such overwrites no
// other, even where this process has its own closed. Our end never waits.
[[nodiscard]] Result<Pipe> make_pipe(PipeUser ours, const char* field);

// Reads what is there, at most `most` bytes and a block more: fills `output.buffer`, then only
// counts. Returns whether the end was reached: nobody holds the other end any more.
[[nodiscard]] Result<bool> collect(int descriptor, CapturedOutput& output, std::uint64_t most);

struct WriteStep {
  std::size_t written_bytes = 0;
  bool is_closed = false;  // nobody will read what is left
};

// Writes what fits now. `offset` is where `bytes` stand in the whole, for the error.
[[nodiscard]] Result<WriteStep> write_some(int descriptor, std::span<const std::byte> bytes,
                                           std::uint64_t offset);

}  // namespace redzone::os
