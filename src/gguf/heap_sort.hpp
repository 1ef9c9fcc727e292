#pragma once
// Sorts a paged table in place: no further memory, no recursion, and n log n comparisons whatever
// the order was.

#include <cstdint>
#include <utility>

#include "gguf/paged_table.hpp"

namespace redzone::gguf {

// Moves `records[root]` down until neither of its children comes after it.
template <class Record, class Before>
void sift_down(PagedTable<Record>& records, std::uint64_t root, std::uint64_t count,
               const Before& before) {
  while (root * 2 + 1 < count) {
    std::uint64_t child = root * 2 + 1;
    if (child + 1 < count && before(records[child], records[child + 1])) ++child;
    if (!before(records[root], records[child])) return;
    std::swap(records[root], records[child]);
    root = child;
  }
}

// `before(left, right)` is a strict weak order.
template <class Record, class Before>
void heap_sort(PagedTable<Record>& records, const Before& before) {
  const std::uint64_t count = records.count();
  for (std::uint64_t root = count / 2; root > 0; --root) {
    sift_down(records, root - 1, count, before);
  }
  for (std::uint64_t end = count; end > 1; --end) {
    std::swap(records[0], records[end - 1]);
    sift_down(records, 0, end - 1, before);
  }
}

}  // namespace redzone::gguf
