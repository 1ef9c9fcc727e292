#pragma once
// The distinct call stacks of one run, by their hashes, without a lock: a fork may happen while
// another thread adds one. Two stacks with one hash would count as one; of 8192 stacks, two have
// the same 64 bits once in 10^12 runs.
//
// Bounds:  kStacksMax stacks; 192 KiB, static.
// Threads: add() by any; the rest while nobody adds.

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "redzone/heap/limits.hpp"

namespace redzone::heap {

class StackSet {
 public:
  enum class Added : std::uint8_t { is_new, is_known, is_lost };

  // `number` is that of the allocation, for firsts(). A new stack beyond the bound is lost.
  Added add(std::uint64_t hash, std::uint64_t number);
  void clear();
  // The numbers that came with new stacks, ascending; of them at most count_max into `out`.
  std::size_t firsts(std::uint64_t* out, std::size_t count_max);

 private:
  static constexpr std::size_t kSlotCount = 2UL * kStacksMax;
  static_assert((kSlotCount & (kSlotCount - 1)) == 0);

  std::atomic<std::uint64_t> slots_[kSlotCount] = {};  // 0: free
  std::uint64_t firsts_[kStacksMax] = {};
  std::atomic<std::uint32_t> count_ = 0;  // may pass kStacksMax by one for each thread that adds
};

}  // namespace redzone::heap
