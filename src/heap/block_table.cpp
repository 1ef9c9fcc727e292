#include "heap/block_table.hpp"

#include <sys/mman.h>

namespace redzone::heap {

namespace {

constexpr std::uint64_t kLow48 = (std::uint64_t{1} << 48U) - 1;

std::uint64_t key_of(std::uintptr_t address) { return ~std::uint64_t{address}; }

std::uint64_t hash_of(std::uint64_t key) {
  key = (key ^ (key >> 32U)) * 0x9e3779b97f4a7c15ULL;
  return key ^ (key >> 29U);
}

}  // namespace

FollowedBlock BlockTable::block_of(const Entry& entry) {
  FollowedBlock block;
  block.size_bytes = entry.size_and_stack_id & kLow48;
  block.stack_id = static_cast<std::uint16_t>(entry.size_and_stack_id >> 48U);
  block.epoch = entry.epoch_and_stack_generation & kLow48;
  block.stack_generation = static_cast<std::uint16_t>(entry.epoch_and_stack_generation >> 48U);
  block.owner = entry.owner;
  block.sample_hits = entry.sample_hits;
  return block;
}

void BlockTable::fill(Entry& entry, const FollowedBlock& block) {
  entry.size_and_stack_id = (block.size_bytes & kLow48) | std::uint64_t{block.stack_id} << 48U;
  entry.epoch_and_stack_generation = (block.epoch & kLow48) | std::uint64_t{block.stack_generation}
                                                                  << 48U;
  entry.owner = block.owner;
  entry.sample_hits = block.sample_hits;
}

bool BlockTable::reserve() {
  if (stripes_.load(std::memory_order_acquire) != nullptr) return true;
  SpinGuard guard(reserve_lock_);
  if (stripes_.load(std::memory_order_relaxed) != nullptr) return true;
  void* memory = mmap(nullptr, stripe_count_ * sizeof(Stripe), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  stripes_.store(static_cast<Stripe*>(memory), std::memory_order_release);
  return true;
}

BlockTable::Stripe* BlockTable::stripe_of(std::uint64_t hash) {
  Stripe* stripes = stripes_.load(std::memory_order_acquire);
  return stripes == nullptr ? nullptr : &stripes[(hash >> 20U) % stripe_count_];
}

bool BlockTable::insert(std::uintptr_t address, const FollowedBlock& block) {
  if (!reserve()) return false;
  const std::uint64_t key = key_of(address);
  const std::uint64_t hash = hash_of(key);
  Stripe& stripe = *stripe_of(hash);
  SpinGuard guard(stripe.lock);
  std::uint32_t& head = stripe.heads[hash % kHeads];
  for (std::uint32_t i = head; i != 0; i = stripe.entries[i - 1].next) {
    if (stripe.entries[i - 1].inverted_address != key) continue;
    fill(stripe.entries[i - 1], block);
    return true;
  }
  std::uint32_t place = stripe.free_head;
  if (place != 0) {
    stripe.free_head = stripe.entries[place - 1].next;
  } else {
    if (stripe.touched_count == stripe_capacity_) return false;
    place = ++stripe.touched_count;
  }
  // Visible in its chain last: a child that was forked in between finds a whole table.
  Entry& entry = stripe.entries[place - 1];
  fill(entry, block);
  entry.next = head;
  entry.inverted_address = key;
  std::atomic_signal_fence(std::memory_order_release);
  head = place;
  ++stripe.used_count;
  return true;
}

bool BlockTable::take(std::uintptr_t address, FollowedBlock& block) {
  const std::uint64_t key = key_of(address);
  const std::uint64_t hash = hash_of(key);
  Stripe* stripe = stripe_of(hash);
  if (stripe == nullptr) return false;
  SpinGuard guard(stripe->lock);
  for (std::uint32_t* link = &stripe->heads[hash % kHeads]; *link != 0;
       link = &stripe->entries[*link - 1].next) {
    const std::uint32_t place = *link;
    Entry& entry = stripe->entries[place - 1];
    if (entry.inverted_address != key) continue;
    block = block_of(entry);
    *link = entry.next;
    std::atomic_signal_fence(std::memory_order_release);
    entry.inverted_address = 0;
    entry.next = stripe->free_head;
    stripe->free_head = place;
    --stripe->used_count;
    return true;
  }
  return false;
}

void BlockTable::clear() {
  Stripe* stripes = stripes_.load(std::memory_order_acquire);
  if (stripes == nullptr) return;
  for (std::uint32_t i = 0; i < stripe_count_; ++i) {
    Stripe& stripe = stripes[i];
    SpinGuard guard(stripe.lock);
    for (std::uint32_t j = 0; j < stripe.touched_count; ++j) {
      Entry& entry = stripe.entries[j];
      if (entry.inverted_address == 0) continue;
      stripe.heads[hash_of(entry.inverted_address) % kHeads] = 0;
      entry.inverted_address = 0;
    }
    stripe.touched_count = 0;
    stripe.used_count = 0;
    stripe.free_head = 0;
  }
}

std::uint32_t BlockTable::size() {
  Stripe* stripes = stripes_.load(std::memory_order_acquire);
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; stripes != nullptr && i < stripe_count_; ++i) {
    SpinGuard guard(stripes[i].lock);
    count += stripes[i].used_count;
  }
  return count;
}

void BlockTable::reset_locks() {
  reserve_lock_.reset();
  Stripe* stripes = stripes_.load(std::memory_order_acquire);
  for (std::uint32_t i = 0; stripes != nullptr && i < stripe_count_; ++i) stripes[i].lock.reset();
}

}  // namespace redzone::heap
