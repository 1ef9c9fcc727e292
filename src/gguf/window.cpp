#include "gguf/window.hpp"

#include <algorithm>
#include <cstring>

#include "gguf/error_at.hpp"

namespace redzone::gguf {

Result<Window> Window::create(os::ByteSource& source, MemoryBudget& budget,
                              std::uint64_t capacity_bytes, std::uint64_t file_size_bytes,
                              const char* place) {
  Result<BudgetedBuffer> buffer =
      BudgetedBuffer::allocate(budget, std::min(capacity_bytes, file_size_bytes), place);
  if (!buffer) return fail(buffer.error());
  Window window;
  window.source_ = &source;
  window.buffer_ = std::move(*buffer);
  window.file_size_bytes_ = file_size_bytes;
  return window;
}

Result<std::span<const std::byte>> Window::take(std::uint64_t most) {
  REDZONE_DCHECK(most > 0 && most <= remaining());
  if (cursor_ == filled_) {
    const Status filled = fill(1);
    if (!filled) return fail(filled.error());
  }
  const std::size_t count =
      static_cast<std::size_t>(std::min<std::uint64_t>(most, filled_ - cursor_));
  const std::span<const std::byte> bytes = buffer_.bytes().subspan(cursor_, count);
  cursor_ += count;
  return bytes;
}

void Window::seek(std::uint64_t position) {
  REDZONE_CHECK(position <= file_size_bytes_);
  if (position >= start_ && position - start_ <= filled_) {
    cursor_ = static_cast<std::size_t>(position - start_);
    return;
  }
  start_ = position;
  filled_ = 0;
  cursor_ = 0;
}

void Window::forget() {
  start_ = position();
  filled_ = 0;
  cursor_ = 0;
}

Status Window::fill(std::size_t size_bytes) {
  REDZONE_CHECK(size_bytes <= remaining() && size_bytes <= buffer_.size());
  // Keeps the few bytes not looked at yet, and reads as much behind them as there is room and file.
  const std::size_t kept = filled_ - cursor_;
  std::memmove(buffer_.bytes().data(), buffer_.bytes().data() + cursor_, kept);
  start_ += cursor_;
  cursor_ = 0;
  filled_ = kept;
  const std::uint64_t from = start_ + kept;
  const std::size_t wanted = static_cast<std::size_t>(
      std::min<std::uint64_t>(buffer_.size() - kept, file_size_bytes_ - from));
  const Result<std::size_t> got =
      os::read_fully(*source_, from, buffer_.bytes().subspan(kept, wanted));
  if (!got) return fail(got.error());
  if (*got < wanted) return fail(shrunk(from + *got));
  filled_ += *got;
  return {};
}

// The source ended at `end` although it said that it goes on.
Error Window::shrunk(std::uint64_t end) const {
  const Result<std::uint64_t> size_bytes = source_->size_bytes();
  if (!size_bytes) return size_bytes.error();
  return error_at(Code::file_changed, "file.size", end)
      .with_value(*size_bytes)
      .with_limit(file_size_bytes_);
}

}  // namespace redzone::gguf
