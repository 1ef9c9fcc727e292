#include "heap/stack_table.hpp"

#include <sys/mman.h>

#include <atomic>

#include "heap/kept_stack.hpp"

namespace redzone::heap {

namespace {

// Two a stack, so that chains stay short; a power of two.
constexpr std::uint32_t kHeads = 2 * kStacksMax;
static_assert((kHeads & (kHeads - 1)) == 0);

}  // namespace

struct StackTable::Record {
  std::uint64_t hash;
  std::uint32_t next;  // id, 0 at the end of the chain
  KeptStack stack;
};

struct StackTable::Memory {
  std::uint32_t heads[kHeads];  // ids, 0 for an empty chain
  Record records[kStacksMax];   // that of id is at id - 1
};

bool StackTable::reserve() {
  SpinGuard guard(lock_);
  if (memory_ != nullptr) return true;
  void* memory = mmap(nullptr, sizeof(Memory), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  memory_ = static_cast<Memory*>(memory);
  return true;
}

StackTable::Found StackTable::intern(const Stack& stack) {
  if (!reserve()) return {};
  const std::uint64_t hash = stack.hash();
  SpinGuard guard(lock_);
  std::uint32_t& head = memory_->heads[hash & (kHeads - 1)];
  for (std::uint32_t id = head; id != 0; id = memory_->records[id - 1].next) {
    const Record& record = memory_->records[id - 1];
    if (record.hash == hash && record.stack.is(stack)) return {id, generation_, false};
  }
  if (size_ == capacity_) return {};
  // Visible in its chain last: a child that was forked in between finds a whole table.
  Record& record = memory_->records[size_];
  record.hash = hash;
  record.next = head;
  record.stack.store(stack);
  std::atomic_signal_fence(std::memory_order_release);
  ++size_;
  head = size_;
  return {size_, generation_, true};
}

Stack StackTable::at(std::uint32_t id, std::uint32_t generation) {
  SpinGuard guard(lock_);
  if (id == 0 || id > size_ || generation != generation_) return Stack();
  return memory_->records[id - 1].stack.load();
}

void StackTable::clear() {
  SpinGuard guard(lock_);
  if (memory_ == nullptr) return;
  for (std::uint32_t i = 0; i < size_; ++i) {
    memory_->heads[memory_->records[i].hash & (kHeads - 1)] = 0;
  }
  size_ = 0;
  ++generation_;
}

}  // namespace redzone::heap
