#pragma once
// What is known about a file, whether or not it was accepted: the facts of its header as far as
// they could be read, how far the reader came, and the warnings. Give one to Reader::open to be
// able to say more about a rejected file than its error.
//
// Bounds:  one fixed-size value of some 3 KiB; no allocation.
// Threads: a value.
// Failure: a fact that was not reached is empty, never 0.
// Cost:    none.
//
//   gguf::OpenReport report;
//   Result<gguf::Reader> reader = gguf::Reader::open(source, budget, limits, &report);
//   if (!reader && report.version) ...

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "redzone/base/error.hpp"
#include "redzone/gguf/limits.hpp"
#include "redzone/gguf/types.hpp"

namespace redzone::gguf {

// Flags that a file was given: the first kept in full, the rest counted.
class Warnings {
 public:
  // The kept ones in the order in which they were found: codes from Code::version_1 on.
  [[nodiscard]] std::span<const Error> kept() const { return {kept_.data(), kept_count_}; }
  [[nodiscard]] std::uint64_t total() const { return total_; }

  // `kept_max` <= kWarningsMax.
  void add(const Error& warning, std::uint64_t kept_max) {
    if (kept_count_ < kept_max && kept_count_ < kept_.size()) kept_[kept_count_++] = warning;
    ++total_;
  }

 private:
  std::array<Error, kWarningsMax> kept_{};
  std::size_t kept_count_ = 0;  // <= total_, <= kWarningsMax
  std::uint64_t total_ = 0;
};

inline constexpr std::size_t kFirstBytesMax = 64;

struct OpenReport {
  std::optional<std::uint64_t> file_size_bytes;
  std::optional<std::uint32_t> version;
  std::optional<Endianness> endianness;
  std::optional<std::uint64_t> tensor_count;    // as declared
  std::optional<std::uint64_t> metadata_count;  // as declared
  std::optional<std::uint64_t> alignment;       // once all metadata was read
  std::optional<std::uint64_t> header_end;      // where the tensor table ends
  std::optional<std::uint64_t> data_offset;     // header_end rounded up to the alignment
  std::uint64_t metadata_read = 0;              // entries that were found good
  std::uint64_t tensors_read = 0;               // descriptors that were found good by themselves
  // With TENSOR_OUT_OF_FILE: how many tensors lie wholly in the file, and by how many bytes the
  // file is too short; empty when the end that is wanted does not fit 64 bits.
  std::optional<std::uint64_t> tensors_whole;
  std::optional<std::uint64_t> missing_bytes;
  Warnings warnings;

  // The file's first bytes, for describe_magic.
  [[nodiscard]] std::span<const std::byte> first_bytes() const {
    return {head.data(), head_size_bytes};
  }
  std::array<std::byte, kFirstBytesMax> head{};
  std::size_t head_size_bytes = 0;  // <= kFirstBytesMax
};

}  // namespace redzone::gguf
