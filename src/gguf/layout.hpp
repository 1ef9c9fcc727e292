#pragma once
// Where the tensors' data lies: inside the file, apart from each other, and whether in order and
// without gaps. Needs the whole table, because the data begins behind it.

#include <cstdint>

#include "gguf/paged_table.hpp"
#include "gguf/records.hpp"
#include "gguf/warning_sink.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/base/result.hpp"

namespace redzone::gguf {

// The data section.
struct Extent {
  std::uint64_t data_offset = 0;  // of its start in the file
  std::uint64_t alignment = 1;    // > 0
  std::uint64_t file_size_bytes = 0;
};

// How the tensors stand to the end of the file.
struct Containment {
  std::uint64_t whole = 0;      // tensors that lie wholly in it
  std::uint64_t first_out = 0;  // the first that does not; the number of tensors when all do
  std::uint64_t end = 0;        // the furthest end of all that fit 64 bits
  bool is_end_exact = true;     // all ends fit 64 bits
};

[[nodiscard]] Containment find_out_of_file(const PagedTable<TensorRecord>& tensors,
                                           const Extent& extent);

// Where a tensor's data ends in the file; ARITHMETIC_OVERFLOW when that does not fit 64 bits.
[[nodiscard]] Result<std::uint64_t> end_of(const TensorRecord& tensor, const Extent& extent);

// TENSOR_OVERLAP, and flags for order, gaps and what follows the last tensor. All tensors lie in
// the file.
[[nodiscard]] Status check_placement(const PagedTable<TensorRecord>& tensors, const Extent& extent,
                                     MemoryBudget& budget, const WarningSink& warnings);

}  // namespace redzone::gguf
