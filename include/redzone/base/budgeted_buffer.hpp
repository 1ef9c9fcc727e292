#pragma once
// A block of raw bytes that was paid for: heap memory and the Lease that covers it, in one object.
// It is the one way in which base, os and gguf take memory for input.
//
// Bounds:  `size_bytes`, taken from a MemoryBudget before malloc is called.
// Threads: a value; not synchronised.
// Failure: the budget's refusals; OUT_OF_MEMORY when malloc itself gives nothing.
// Cost:    one malloc, one compare-and-swap. The bytes are not initialised.
//
//   Result<BudgetedBuffer> window = BudgetedBuffer::allocate(budget, 256_KiB, "gguf.window");

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <utility>

#include "redzone/base/memory_budget.hpp"
#include "redzone/base/result.hpp"

namespace redzone {

class BudgetedBuffer {
 public:
  BudgetedBuffer() = default;
  BudgetedBuffer(BudgetedBuffer&& other) noexcept = default;
  BudgetedBuffer& operator=(BudgetedBuffer&& other) noexcept {
    memory_ = std::move(other.memory_);  // the old memory goes before the lease that covered it
    lease_ = std::move(other.lease_);
    return *this;
  }

  // Takes `size_bytes` from `budget` and then from the heap. 0 bytes is an empty buffer.
  [[nodiscard]] static Result<BudgetedBuffer> allocate(MemoryBudget& budget,
                                                       std::uint64_t size_bytes, const char* place);

  [[nodiscard]] std::span<std::byte> bytes() { return {memory_.get(), size()}; }
  [[nodiscard]] std::span<const std::byte> bytes() const { return {memory_.get(), size()}; }
  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(lease_.size_bytes()); }

 private:
  struct Free {
    void operator()(std::byte* memory) const noexcept { std::free(memory); }
  };

  MemoryBudget::Lease lease_;                  // covers exactly what memory_ points to
  std::unique_ptr<std::byte[], Free> memory_;  // destroyed first: memory goes before its lease
};

}  // namespace redzone
