#pragma once
// Finds a name that was there before, in constant time a name: open addressing over 1.5 slots a
// name, by a hash that the caller computes and keeps in its own records. Equal hashes are only a
// suspicion; the caller says whether the names are really equal.

#include <cstdint>
#include <optional>
#include <utility>

#include "gguf/paged_table.hpp"
#include "redzone/base/check.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/base/result.hpp"

namespace redzone::gguf {

class NameIndex {
 public:
  // Room for `names` <= kEntriesMax names.
  [[nodiscard]] static Result<NameIndex> create(MemoryBudget& budget, std::uint64_t names,
                                                const char* place) {
    // One more than 1.5 slots a name: there is always an empty slot, where each search ends.
    Result<PagedTable<std::uint32_t>> slots =
        PagedTable<std::uint32_t>::create(budget, names + names / 2 + 1, place);
    if (!slots) return fail(slots.error());
    NameIndex index;
    index.slots_ = std::move(*slots);
    return index;
  }

  // Enters the record `entry`, whose name has this hash; or returns the record with the same name
  // that was entered before. `hash_of(record)` gives a record's hash, `is_same(record)` a
  // Result<bool>: whether its name is the new one's. Each record is entered at most once.
  template <class HashOf, class IsSame>
  [[nodiscard]] Result<std::optional<std::uint32_t>> insert(std::uint64_t hash, std::uint32_t entry,
                                                            HashOf&& hash_of, IsSame&& is_same) {
    std::uint64_t slot = home(hash);
    while (slots_[slot] != 0) {
      ++probe_count_;
      const std::uint32_t other = slots_[slot] - 1;
      if (hash_of(other) == hash) {
        const Result<bool> same = is_same(other);
        if (!same) return fail(same.error());
        if (*same) return std::optional<std::uint32_t>(other);
      }
      slot = slot + 1 == slots_.count() ? 0 : slot + 1;
    }
    ++used_;
    REDZONE_CHECK(used_ < slots_.count());
    slots_[slot] = entry + 1;
    return std::optional<std::uint32_t>();
  }

  // Occupied slots looked at so far; tests hold it to a small multiple of the names.
  [[nodiscard]] std::uint64_t probe_count() const { return probe_count_; }

 private:
  // Spreads the whole hash evenly over the slots without a division.
  [[nodiscard]] std::uint64_t home(std::uint64_t hash) const {
    return static_cast<std::uint64_t>((static_cast<unsigned __int128>(hash) * slots_.count()) >>
                                      64);
  }

  PagedTable<std::uint32_t> slots_;  // 0 is empty, else a record's number plus 1
  std::uint64_t used_ = 0;           // < slots_.count()
  std::uint64_t probe_count_ = 0;
};

}  // namespace redzone::gguf
