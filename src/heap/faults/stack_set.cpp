#include "heap/faults/stack_set.hpp"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "redzone/heap/limits.hpp"

namespace redzone::heap {

StackSet::Added StackSet::add(std::uint64_t hash, std::uint64_t number) {
  const std::uint64_t key = hash == 0 ? 1 : hash;
  for (std::size_t step = 0; step < kSlotCount; ++step) {
    std::atomic<std::uint64_t>& slot = slots_[(key + step) & (kSlotCount - 1)];
    std::uint64_t found = slot.load(std::memory_order_relaxed);
    if (found == 0) {
      if (count_.load(std::memory_order_relaxed) >= kStacksMax) return Added::is_lost;
      if (slot.compare_exchange_strong(found, key, std::memory_order_relaxed)) {
        const std::uint32_t index = count_.fetch_add(1, std::memory_order_relaxed);
        if (index >= kStacksMax) return Added::is_lost;
        firsts_[index] = number;
        return Added::is_new;
      }
    }
    if (found == key) return Added::is_known;
  }
  return Added::is_lost;
}

void StackSet::clear() {
  if (count_.load(std::memory_order_relaxed) == 0) return;
  for (std::atomic<std::uint64_t>& slot : slots_) slot.store(0, std::memory_order_relaxed);
  count_.store(0, std::memory_order_relaxed);
}

std::size_t StackSet::firsts(std::uint64_t* out, std::size_t count_max) {
  const std::size_t count =
      std::min<std::size_t>(count_.load(std::memory_order_relaxed), kStacksMax);
  std::sort(firsts_, firsts_ + count);  // threads number themselves before they add
  std::copy_n(firsts_, std::min(count, count_max), out);
  return count;
}

}  // namespace redzone::heap
