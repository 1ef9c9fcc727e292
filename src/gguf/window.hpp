#pragma once
// The part of the file that is in memory: a window of fixed size that moves forward over the bytes,
// reading each at most once, and jumps where bytes need not be looked at.

#include <cstddef>
#include <cstdint>
#include <span>

#include "redzone/base/budgeted_buffer.hpp"
#include "redzone/base/check.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/base/result.hpp"
#include "redzone/os/byte_source.hpp"

namespace redzone::gguf {

class Window {
 public:
  Window() = default;

  // Over `file_size_bytes` bytes of `source`, which is what the source said it has; fewer are
  // FILE_CHANGED when they are missed. No larger than the file.
  [[nodiscard]] static Result<Window> create(os::ByteSource& source, MemoryBudget& budget,
                                             std::uint64_t capacity_bytes,
                                             std::uint64_t file_size_bytes, const char* place);

  [[nodiscard]] std::uint64_t position() const { return start_ + cursor_; }
  [[nodiscard]] std::uint64_t file_size_bytes() const { return file_size_bytes_; }
  [[nodiscard]] std::uint64_t remaining() const { return file_size_bytes_ - position(); }

  // The next `size_bytes` bytes, without moving on. They are there (size_bytes <= remaining()) and
  // few: at most the capacity. Valid until the next call that is not const.
  [[nodiscard]] Result<std::span<const std::byte>> look(std::size_t size_bytes) {
    if (size_bytes > filled_ - cursor_) {
      const Status filled = fill(size_bytes);
      if (!filled) return fail(filled.error());
    }
    return buffer_.bytes().subspan(cursor_, size_bytes);
  }

  // Between 1 and `most` of the next bytes, whatever is at hand, and moves on behind them.
  // 0 < most <= remaining().
  [[nodiscard]] Result<std::span<const std::byte>> take(std::uint64_t most);

  // Moves on over bytes that are there: size_bytes <= remaining().
  void skip(std::uint64_t size_bytes) {
    REDZONE_DCHECK(size_bytes <= remaining());
    if (size_bytes <= filled_ - cursor_) {
      cursor_ += static_cast<std::size_t>(size_bytes);
    } else {
      seek(position() + size_bytes);
    }
  }

  // Moves to any place in the file: position <= file_size_bytes().
  void seek(std::uint64_t position);

  // Reads the bytes at hand from the source again when they are needed next.
  void forget();

 private:
  [[nodiscard]] Status fill(std::size_t size_bytes);
  [[nodiscard]] Error shrunk(std::uint64_t end) const;

  os::ByteSource* source_ = nullptr;
  BudgetedBuffer buffer_;
  std::uint64_t file_size_bytes_ = 0;
  std::uint64_t start_ = 0;  // where in the file the buffer's first byte is from
  std::size_t filled_ = 0;   // bytes of the buffer that hold the file's; <= buffer_.size()
  std::size_t cursor_ = 0;   // <= filled_
};

}  // namespace redzone::gguf
