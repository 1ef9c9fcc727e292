#pragma once
// Figures that one thread writes and any reads: a load and a store, no locked instruction.

#include <atomic>
#include <cstdint>

namespace redzone {

inline std::uint64_t value_of(const std::atomic<std::uint64_t>& figure) {
  return figure.load(std::memory_order_relaxed);
}

inline void set(std::atomic<std::uint64_t>& figure, std::uint64_t value) {
  figure.store(value, std::memory_order_relaxed);
}

inline void add(std::atomic<std::uint64_t>& figure, std::uint64_t more) {
  set(figure, value_of(figure) + more);
}

inline void subtract(std::atomic<std::uint64_t>& figure, std::uint64_t less) {
  set(figure, value_of(figure) - less);
}

inline void raise_to(std::atomic<std::uint64_t>& figure, std::uint64_t value) {
  if (value_of(figure) < value) set(figure, value);
}

}  // namespace redzone
