#pragma once
// A table of a known number of small records, in pages: no allocation above 64 KiB however many
// records, every byte from the budget, zero at first.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <type_traits>
#include <utility>

#include "redzone/base/budgeted_buffer.hpp"
#include "redzone/base/check.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/base/result.hpp"
#include "redzone/gguf/limits.hpp"

namespace redzone::gguf {

inline constexpr std::uint64_t kPageBytesMax = kAllocationBytesMin;
static_assert(sizeof(BudgetedBuffer) <= kDirectoryBytesPerPage);

template <class Record>
class PagedTable {
  static_assert(std::is_trivially_copyable_v<Record> && sizeof(Record) * 2048 <= kPageBytesMax);

 public:
  // A power of two, so that finding a record is a shift and a mask.
  static constexpr std::uint64_t kRecordsPerPage = std::bit_floor(kPageBytesMax / sizeof(Record));

  PagedTable() = default;
  PagedTable(PagedTable&& other) noexcept
      : directory_(std::move(other.directory_)),
        page_count_(std::exchange(other.page_count_, 0)),
        count_(std::exchange(other.count_, 0)) {}
  PagedTable& operator=(PagedTable&& other) noexcept {
    if (this != &other) {
      drop_pages();
      directory_ = std::move(other.directory_);
      page_count_ = std::exchange(other.page_count_, 0);
      count_ = std::exchange(other.count_, 0);
    }
    return *this;
  }
  PagedTable(const PagedTable&) = delete;
  PagedTable& operator=(const PagedTable&) = delete;
  ~PagedTable() { drop_pages(); }

  // `count` <= kEntriesMax * 2. The last page has only the bytes that it needs.
  [[nodiscard]] static Result<PagedTable> create(MemoryBudget& budget, std::uint64_t count,
                                                 const char* place) {
    PagedTable table;
    const std::uint64_t pages = (count + kRecordsPerPage - 1) / kRecordsPerPage;
    Result<BudgetedBuffer> directory =
        BudgetedBuffer::allocate(budget, pages * sizeof(BudgetedBuffer), place);
    if (!directory) return fail(directory.error());
    table.directory_ = std::move(*directory);
    while (table.page_count_ < pages) {
      const std::uint64_t records =
          std::min(kRecordsPerPage, count - table.page_count_ * kRecordsPerPage);
      Result<BudgetedBuffer> page =
          BudgetedBuffer::allocate(budget, records * sizeof(Record), place);
      if (!page) return fail(page.error());
      std::memset(page->bytes().data(), 0, page->size());
      std::construct_at(table.pages() + table.page_count_, std::move(*page));
      ++table.page_count_;
    }
    table.count_ = count;
    return table;
  }

  [[nodiscard]] std::uint64_t count() const { return count_; }

  [[nodiscard]] Record& operator[](std::uint64_t index) {
    REDZONE_DCHECK(index < count_);
    return records_of(index / kRecordsPerPage)[index % kRecordsPerPage];
  }
  [[nodiscard]] const Record& operator[](std::uint64_t index) const {
    REDZONE_DCHECK(index < count_);
    return records_of(index / kRecordsPerPage)[index % kRecordsPerPage];
  }

 private:
  // malloc's memory holds objects of these types from the moment they are written to.
  [[nodiscard]] BudgetedBuffer* pages() {
    return reinterpret_cast<BudgetedBuffer*>(directory_.bytes().data());
  }
  [[nodiscard]] const BudgetedBuffer* pages() const {
    return reinterpret_cast<const BudgetedBuffer*>(directory_.bytes().data());
  }
  [[nodiscard]] Record* records_of(std::uint64_t page) {
    return reinterpret_cast<Record*>(pages()[page].bytes().data());
  }
  [[nodiscard]] const Record* records_of(std::uint64_t page) const {
    return reinterpret_cast<const Record*>(pages()[page].bytes().data());
  }
  void drop_pages() noexcept {
    while (page_count_ > 0) std::destroy_at(pages() + --page_count_);
  }

  BudgetedBuffer directory_;      // room for all pages; the first page_count_ of them exist
  std::uint64_t page_count_ = 0;  // page_count_ * kRecordsPerPage >= count_
  std::uint64_t count_ = 0;
};

}  // namespace redzone::gguf
