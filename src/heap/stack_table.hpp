#pragma once
// The distinct stacks that were seen, each with a number. Its memory comes from mmap, so that no
// leak checker takes what stands in it for a pointer of the program, and is touched as it is used.

#include <cstddef>
#include <cstdint>

#include "heap/spin_lock.hpp"
#include "redzone/heap/limits.hpp"
#include "redzone/heap/stack.hpp"

namespace redzone::heap {

class StackTable {
 public:
  struct Found {
    std::uint32_t id = 0;          // counted from 1; 0: the table is full, or could not be mapped
    std::uint32_t generation = 0;  // clear() gives a new one, and ids of older ones mean nothing
    bool is_new = false;
  };

  // At most `capacity` <= kStacksMax stacks; tests take a smaller one.
  explicit constexpr StackTable(std::uint32_t capacity = kStacksMax) : capacity_(capacity) {}

  // Maps the memory, once. False when there is no address space for it.
  bool reserve();
  // Any thread. Calls reserve() where nobody has.
  Found intern(const Stack& stack);
  // An empty stack for an id that is 0 or of another generation.
  Stack at(std::uint32_t id, std::uint32_t generation);
  void clear();
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::uint32_t generation() const { return generation_; }
  // In the child after fork.
  void reset_lock() { lock_.reset(); }

 private:
  struct Record;
  struct Memory;

  SpinLock lock_;
  Memory* memory_ = nullptr;
  std::uint32_t capacity_;
  std::uint32_t size_ = 0;  // <= capacity_
  std::uint32_t generation_ = 1;
};

}  // namespace redzone::heap
