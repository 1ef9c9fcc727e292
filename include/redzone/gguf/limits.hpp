#pragma once
// What the reader may be made to do by a file, however large or hostile: each limit is checked
// before memory is taken or work is begun. Change a field to be stricter or laxer; the rest stays.
//
// Bounds:  this page is the bounds. Limits are inclusive.
// Threads: a value.
// Failure: check_limits gives BAD_LIMIT with the field and what it may be.
// Cost:    none until the reader uses it.
//
//   const gguf::Limits limits{.tensors = 4096};
//   MemoryBudget budget{limits.memory()};
//   Result<gguf::Reader> reader = gguf::Reader::open(source, budget, limits);

#include <algorithm>
#include <array>
#include <cstdint>

#include "redzone/base/bytes.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/base/result.hpp"

namespace redzone::gguf {

struct Limits {
  // Bytes of one allocation. 1 MiB: every page and window is far smaller, so that a heap under
  // pressure can still serve it. Costs nothing by itself.
  std::uint64_t max_allocation = 1 * kMiB;
  // Bytes live at the same time. 64 MiB holds the records of 1 048 576 tensors and 500 000 keys.
  std::uint64_t max_total = 64 * kMiB;
  // Metadata entries. Real files have fewer than 100. 32 bytes each.
  std::uint64_t keys = 1048576;
  // Tensors. The largest published models have some 10 000. 48 bytes each.
  std::uint64_t tensors = 1048576;
  // Bytes of a key; the format's own limit. A cursor holds one key.
  std::uint64_t key = 65535;
  // Bytes of a tensor's name. The format says 64, files in the wild have up to 128. A cursor holds
  // one name.
  std::uint64_t name = 255;
  // Dimensions of a tensor; the format's own limit. No memory.
  std::uint64_t dims = 4;
  // Arrays within arrays; a flat array is 1 deep. The format names no bound; nothing known nests
  // deeper than 2. No memory.
  std::uint64_t depth = 8;
  // Bytes that tensor data is aligned to. The format names no bound; 32 is usual. No memory.
  std::uint64_t alignment = 1 * kMiB;
  // Bytes of the file held while it is opened. 256 KiB stays in a second-level cache; measured as
  // fast as 1 MiB. Taken once.
  std::uint64_t window = 256 * kKiB;
  // Warnings kept; further ones are counted. 40 bytes each, inside the reader's fixed part.
  std::uint64_t warnings = 64;

  // The budget these limits speak of: `MemoryBudget budget{limits.memory()};`
  [[nodiscard]] constexpr MemoryBudget::Limits memory() const {
    return {.max_single = max_allocation, .max_total = max_total};
  }
};

// The most and the least that a limit may be set to.
inline constexpr std::uint64_t kAllocationBytesMin = 64 * kKiB;  // a page of records
inline constexpr std::uint64_t kEntriesMax = 1U << 30;           // indices are 32 bits wide
inline constexpr std::uint64_t kKeyBytesMax = 1 * kMiB;          // its length is a 32-bit number
inline constexpr std::uint64_t kNameBytesMax = 2048;             // a name fits the smallest window
inline constexpr std::uint64_t kDimensionsMax = 8;               // TensorEntry holds this many
inline constexpr std::uint64_t kDepthMax = 64;                   // 8 bytes of stack each
inline constexpr std::uint64_t kAlignmentMax = 1U << 31;         // the last power of two in a u32
inline constexpr std::uint64_t kWindowBytesMin = 4 * kKiB;       // holds each fixed-size part whole
inline constexpr std::uint64_t kWindowBytesMax = 1 * kMiB;
inline constexpr std::uint64_t kWarningsMax = 64;  // inside OpenReport, which is on the stack

// One limit by name, for whoever reads limits from a command line or a file.
struct LimitField {
  const char* name;  // of the member
  std::uint64_t Limits::* member;
  std::uint64_t least;
  std::uint64_t most;
};

inline constexpr std::array<LimitField, 11> kLimitFields = {{
    {"max_allocation", &Limits::max_allocation, kAllocationBytesMin, UINT64_MAX},
    {"max_total", &Limits::max_total, 0, UINT64_MAX},
    {"keys", &Limits::keys, 0, kEntriesMax},
    {"tensors", &Limits::tensors, 0, kEntriesMax},
    {"key", &Limits::key, 1, kKeyBytesMax},
    {"name", &Limits::name, 1, kNameBytesMax},
    {"dims", &Limits::dims, 0, kDimensionsMax},
    {"depth", &Limits::depth, 1, kDepthMax},
    {"alignment", &Limits::alignment, 1, kAlignmentMax},
    {"window", &Limits::window, kWindowBytesMin, kWindowBytesMax},
    {"warnings", &Limits::warnings, 0, kWarningsMax},
}};

// BAD_LIMIT when a limit is out of its range, or when the window or a key is larger than one
// allocation may be. The error's field is the limit's name, `value` what it is, `limit` the bound
// that it breaks.
[[nodiscard]] Status check_limits(const Limits& limits);

// Peak memory of a Reader with one metadata cursor and one tensor cursor, each with the default
// options, for a file with `keys` and `tensors` entries, each at most kEntriesMax: one owner a
// line.
inline constexpr std::uint64_t kReaderBytes = 8 * kKiB;  // facts, warnings, the first directories
inline constexpr std::uint64_t kCursorWindowBytes = 16 * kKiB;
inline constexpr std::uint64_t kCursorTextBytes = 64 * kKiB;  // CursorOptions::text_bytes
inline constexpr std::uint64_t kCursorStateBytes = 1 * kKiB;
inline constexpr std::uint64_t kBytesPerKey = 32;     // 24 record, 6 duplicate index, directories
inline constexpr std::uint64_t kBytesPerTensor = 48;  // 32 record, 6 index, 4 order, directories

[[nodiscard]] constexpr std::uint64_t peak_bytes_max(const Limits& limits, std::uint64_t keys,
                                                     std::uint64_t tensors) {
  return kReaderBytes                  // Reader
         + limits.window               // Reader::open
         + 2 * kCursorStateBytes       // both cursors
         + 2 * kCursorWindowBytes      // both cursors
         + limits.key                  // MetadataCursor: one key
         + kCursorTextBytes            // MetadataCursor: a string, or the first of an array
         + limits.name                 // TensorCursor: one name
         + keys * kBytesPerKey         // Reader: what it remembers of each
         + tensors * kBytesPerTensor;  // Reader: what it remembers of each
}

// The largest single allocation: the window, or the directory of the pages that hold the records.
// A page has 2048 records or more.
inline constexpr std::uint64_t kDirectoryBytesPerPage = 24;

[[nodiscard]] constexpr std::uint64_t largest_allocation_bytes_max(const Limits& limits,
                                                                   std::uint64_t keys,
                                                                   std::uint64_t tensors) {
  return std::max({limits.window, kAllocationBytesMin, limits.key, kCursorTextBytes,
                   (std::max(keys, tensors) / 2048 + 1) * kDirectoryBytesPerPage});
}

static_assert(peak_bytes_max(Limits{}, 0, 0) <= 2 * kMiB);
static_assert(peak_bytes_max(Limits{.window = kWindowBytesMax}, 0, 0) <= 2 * kMiB);
static_assert(kBytesPerKey <= 32 && kBytesPerTensor <= 48);
static_assert(peak_bytes_max(Limits{}, 0, Limits{}.tensors) <= Limits{}.max_total);
static_assert(peak_bytes_max(Limits{}, Limits{}.keys, 0) <= Limits{}.max_total);
static_assert(largest_allocation_bytes_max(Limits{}, Limits{}.keys, Limits{}.tensors) <=
              Limits{}.max_allocation);
static_assert(kNameBytesMax <= kWindowBytesMin && kNameBytesMax <= kCursorWindowBytes);

}  // namespace redzone::gguf
