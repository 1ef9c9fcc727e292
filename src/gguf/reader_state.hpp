#pragma once
// What a Reader holds once a file was accepted, and its cursors look at.

#include "gguf/fields.hpp"
#include "gguf/paged_table.hpp"
#include "gguf/records.hpp"
#include "redzone/base/budgeted_buffer.hpp"
#include "redzone/gguf/limits.hpp"
#include "redzone/gguf/reader.hpp"
#include "redzone/gguf/report.hpp"
#include "redzone/os/byte_source.hpp"

namespace redzone::gguf {

struct ReaderState {
  ReaderState(os::ByteSource& from, MemoryBudget& paid_by, const Limits& bounds,
              const HashKey& hashed_with)
      : source(&from), budget(&paid_by), limits(bounds), hash_key(hashed_with) {}

  BudgetedBuffer memory;  // this object's own
  os::ByteSource* source;
  MemoryBudget* budget;
  Limits limits;
  HashKey hash_key;
  OpenReport facts;  // all of them set once the file was accepted
  Encoding encoding;
  PagedTable<KeyRecord> keys;        // in file order
  PagedTable<TensorRecord> tensors;  // in the order of the table
  std::uint64_t longest_key_bytes = 0;
  std::uint64_t longest_name_bytes = 0;
};

static_assert(sizeof(ReaderState) + 3 * 16 * sizeof(BudgetedBuffer) <= kReaderBytes);

// Walks the whole file but its tensor data, and fills in the rest of `state`.
[[nodiscard]] Status open_file(ReaderState& state);

}  // namespace redzone::gguf
