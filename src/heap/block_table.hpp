#pragma once
// The blocks that are followed one by one: all where a sanitizer counts, because it tells no size
// when a block is freed, else those with a stack. Each stripe has a lock, chains and a pool of its
// own, so that walking over all blocks touches only what is used. The memory comes from mmap and
// holds addresses inverted, so that no leak checker takes them for pointers.

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "heap/spin_lock.hpp"
#include "redzone/heap/limits.hpp"

namespace redzone::heap {

struct FollowedBlock {
  std::uint64_t size_bytes = 0;
  std::uint64_t epoch = 0;             // see scope_state.hpp
  std::uint16_t owner = 0;             // index of the thread's slot
  std::uint16_t sample_hits = 0;       // kSampleBytes each; see sampling.hpp
  std::uint16_t stack_id = 0;          // 0: none
  std::uint16_t stack_generation = 0;  // the low bits of StackTable's
};

class BlockTable {
 public:
  // Holds at least kBlocksMax blocks; tests take one of a single small stripe.
  explicit constexpr BlockTable(std::uint32_t stripe_count = kStripes,
                                std::uint32_t stripe_capacity = kStripeCapacity)
      : stripe_count_(stripe_count), stripe_capacity_(stripe_capacity) {}

  // Maps the memory, once. False when there is no address space for it.
  bool reserve();
  // False when there is no room. A block that stands there under this address is replaced: it was
  // freed while nobody looked.
  bool insert(std::uintptr_t address, const FollowedBlock& block);
  // Takes the block out. False when it is not there.
  bool take(std::uintptr_t address, FollowedBlock& block);
  void clear();
  [[nodiscard]] std::uint32_t size();

  // Calls visitor.visit(block) for each block, a stripe locked at a time.
  template <class Visitor>
  void for_each(Visitor& visitor) {
    for (std::uint32_t i = 0; i < stripe_count_; ++i) for_each_of_stripe(i, visitor);
  }

  // For tests of what happens when it is full; at most kStripeCapacity.
  void set_stripe_capacity(std::uint32_t capacity) { stripe_capacity_ = capacity; }
  // In the child after fork.
  void reset_locks();

  static constexpr std::uint32_t kStripes = 64;
  // A quarter more than its share, so that none is full before all hold kBlocksMax together: blocks
  // are spread like balls over urns, with a deviation of a hundredth.
  static constexpr std::uint32_t kStripeCapacity = kBlocksMax / kStripes * 5 / 4;

 private:
  struct Entry {
    std::uint64_t inverted_address;  // 0: not in use
    std::uint32_t next;              // index + 1; in the chain, or in the list of free entries
    std::uint16_t owner;
    std::uint16_t sample_hits;
    std::uint64_t size_and_stack_id;           // 48 and 16 bits
    std::uint64_t epoch_and_stack_generation;  // 48 and 16 bits
  };
  static_assert(sizeof(Entry) == 32);
  static constexpr std::uint32_t kHeads = 16384;  // a power of two, about a block each
  struct Stripe {
    alignas(64) SpinLock lock;
    std::uint32_t touched_count;  // entries that were ever in use since clear()
    std::uint32_t used_count;
    std::uint32_t free_head;  // index + 1
    std::uint32_t heads[kHeads];
    Entry entries[kStripeCapacity];
  };

  template <class Visitor>
  void for_each_of_stripe(std::uint32_t index, Visitor& visitor) {
    Stripe* stripes = stripes_.load(std::memory_order_acquire);
    if (stripes == nullptr) return;
    Stripe& stripe = stripes[index];
    SpinGuard guard(stripe.lock);
    for (std::uint32_t i = 0; i < stripe.touched_count; ++i) {
      if (stripe.entries[i].inverted_address != 0) visitor.visit(block_of(stripe.entries[i]));
    }
  }

  static FollowedBlock block_of(const Entry& entry);
  static void fill(Entry& entry, const FollowedBlock& block);
  Stripe* stripe_of(std::uint64_t hash);

  SpinLock reserve_lock_;
  std::atomic<Stripe*> stripes_{nullptr};
  std::uint32_t stripe_count_;
  std::uint32_t stripe_capacity_;
};

}  // namespace redzone::heap
