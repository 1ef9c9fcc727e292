#pragma once
// Walks over what a Reader accepted, in file order: metadata entries with the beginning of their
// values, and tensors. A cursor reads the file again through a small window of its own, so that the
// Reader itself holds no names and no values.
//
// Bounds:  each cursor: 16 KiB of window, the longest key or name of the file, and
//          CursorOptions::text_bytes of value; out of the Reader's budget.
// Threads: one cursor, one thread; any number of cursors at the same time.
// Failure: the source's errors; FILE_CHANGED when the file no longer says what it said when it was
//          opened; BAD_LIMIT for options out of range. After a failure a cursor stays where it was.
// Cost:    one pass over the bytes of the entries; the rest of an array is stepped over.
//
//   Result<gguf::MetadataCursor> cursor = reader.metadata();
//   Result<const gguf::MetadataEntry*> entry = cursor->next();  // nullptr after the last one

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "redzone/base/result.hpp"
#include "redzone/gguf/limits.hpp"
#include "redzone/gguf/types.hpp"
#include "redzone/gguf/value.hpp"

namespace redzone::gguf {

struct ReaderState;

struct CursorOptions {
  // Bytes of one string value that are kept; each string of an array's first elements keeps an
  // eighth of it. At least 64, at most Limits::max_allocation. 64 KiB holds the chat
  // templates of all published models.
  std::uint64_t text_bytes = kCursorTextBytes;
};

class MetadataCursor {
 public:
  MetadataCursor(MetadataCursor&&) noexcept;
  MetadataCursor& operator=(MetadataCursor&&) noexcept;
  ~MetadataCursor();

  // The next entry, valid until the next call; nullptr after the last one.
  [[nodiscard]] Result<const MetadataEntry*> next();

 private:
  friend class Reader;
  struct State;
  struct Destroy {
    void operator()(State* state) const noexcept;
  };
  using Owned = std::unique_ptr<State, Destroy>;

  explicit MetadataCursor(Owned state);
  [[nodiscard]] static Result<MetadataCursor> create(const ReaderState& reader,
                                                     const CursorOptions& options);

  Owned state_;  // null only in a moved-from cursor
};

struct TensorEntry {
  std::string_view name;  // may hold any byte but NUL: escape it before printing
  const TensorTypeInfo* type = nullptr;
  std::array<std::uint64_t, kDimensionsMax> dimension{};  // the first one is the row
  std::uint32_t dimension_count = 0;
  std::uint64_t offset = 0;             // as in the file: from data_offset() on
  std::uint64_t size_bytes = 0;         // of the data, without padding
  std::uint64_t descriptor_offset = 0;  // of the table's entry in the file

  [[nodiscard]] std::span<const std::uint64_t> dimensions() const {
    return {dimension.data(), dimension_count};
  }
};

class TensorCursor {
 public:
  TensorCursor(TensorCursor&&) noexcept;
  TensorCursor& operator=(TensorCursor&&) noexcept;
  ~TensorCursor();

  // The next tensor, valid until the next call; nullptr after the last one.
  [[nodiscard]] Result<const TensorEntry*> next();

 private:
  friend class Reader;
  struct State;
  struct Destroy {
    void operator()(State* state) const noexcept;
  };
  using Owned = std::unique_ptr<State, Destroy>;

  explicit TensorCursor(Owned state);
  [[nodiscard]] static Result<TensorCursor> create(const ReaderState& reader);

  Owned state_;  // null only in a moved-from cursor
};

}  // namespace redzone::gguf
