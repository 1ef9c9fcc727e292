#pragma once
// Reads a GGUF model file, versions 1 to 3, little and big endian, without trusting a byte of it:
// open() walks the header, all metadata and the tensor table once through a bounded window and
// either rejects the file with one precise error or gives a Reader whose facts all hold. Arrays and
// strings are never held; cursors read them again, bounded, in file order.
//
// Bounds:  peak_bytes_max() of limits.hpp: at most 2 MiB + 48 bytes a tensor + 32 bytes a key, all
//          of it out of the MemoryBudget, no allocation above largest_allocation_bytes_max().
//          Checked against Limits::max_total before it is taken.
// Threads: a const Reader may be shared by threads, each with cursors of its own; the source's
//          read_at is called from all of them.
// Failure: the codes of errors.hpp; READ_FAILED and others of the source; the budget's refusals. A
//          rejected file leaves nothing behind.
// Cost:    each byte that matters is read once, numeric arrays are stepped over; time is linear in
//          the number of entries (n log n where tensors do not lie in the order of their table).
//
//   MemoryBudget budget{gguf::Limits{}.memory()};
//   Result<gguf::Reader> reader = gguf::Reader::open(source, budget);
//   if (!reader) return fail(reader.error());
//   Result<gguf::TensorCursor> tensors = reader->tensors();
//   ...
//   while (true) {
//     Result<const gguf::TensorEntry*> tensor = tensors->next();
//     if (!tensor) return fail(tensor.error());
//     if (*tensor == nullptr) break;
//     // (*tensor)->name, (*tensor)->dimensions(), (*tensor)->size_bytes ...
//   }
//
// The rules are those of the compatible profile: what llama.cpp writes and reads with whole data is
// accepted, what is odd is flagged, what cannot be right is rejected. So are a few
// things that llama.cpp lets pass: a bool other than 0 and 1, an empty tensor name, a key that is
// not printable ASCII, an alignment above the limit.

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "redzone/base/memory_budget.hpp"
#include "redzone/base/result.hpp"
#include "redzone/gguf/cursor.hpp"
#include "redzone/gguf/hash_key.hpp"
#include "redzone/gguf/limits.hpp"
#include "redzone/gguf/report.hpp"
#include "redzone/gguf/types.hpp"
#include "redzone/os/byte_source.hpp"

namespace redzone::gguf {

struct ReaderState;

class Reader {
 public:
  // Source and budget outlive the Reader. `report`, when given, is filled in as far as the file
  // could be read, also on failure.
  [[nodiscard]] static Result<Reader> open(os::ByteSource& source, MemoryBudget& budget,
                                           const Limits& limits = {}, OpenReport* report = nullptr);

  // The same with a hash key of the caller's choice, for runs that must repeat exactly.
  [[nodiscard]] static Result<Reader> open_with_key(os::ByteSource& source, MemoryBudget& budget,
                                                    const Limits& limits, OpenReport* report,
                                                    const HashKey& key);

  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  [[nodiscard]] std::uint32_t version() const;
  [[nodiscard]] Endianness endianness() const;
  [[nodiscard]] std::uint64_t alignment() const;  // bytes; 32 unless the file says otherwise
  [[nodiscard]] std::uint64_t file_size_bytes() const;
  // Where the tensor table ends, and that rounded up to the alignment: tensor offsets count from
  // there. In a file without tensors it may lie beyond the end.
  [[nodiscard]] std::uint64_t header_end() const;
  [[nodiscard]] std::uint64_t data_offset() const;
  [[nodiscard]] std::uint64_t metadata_count() const;
  [[nodiscard]] std::uint64_t tensor_count() const;
  [[nodiscard]] const Warnings& warnings() const;

  // A walk over all entries in file order. The Reader outlives its cursors.
  [[nodiscard]] Result<MetadataCursor> metadata(const CursorOptions& options = {}) const;
  [[nodiscard]] Result<TensorCursor> tensors() const;

  // Aborts when an invariant does not hold. For tests.
  void check_invariants() const;

 private:
  struct Destroy {
    void operator()(ReaderState* state) const noexcept;
  };
  using Owned = std::unique_ptr<ReaderState, Destroy>;

  explicit Reader(Owned state);

  Owned state_;  // null only in a moved-from Reader
};

// The string (a key or a tensor's name) whose length field stands at `offset`, as the offsets and
// values of DUPLICATE_KEY, DUPLICATE_TENSOR and TENSOR_OVERLAP say: copies its first bytes into
// `out` and returns the part that was filled. `report` is what open() filled in. It may hold any
// byte: escape it before printing.
[[nodiscard]] Result<std::string_view> read_name(os::ByteSource& source, const OpenReport& report,
                                                 std::uint64_t offset, std::span<char> out);

}  // namespace redzone::gguf
