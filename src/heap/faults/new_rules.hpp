#pragma once
// What operator new does when there is no memory: it calls the new_handler and tries again, for as
// long as there is one; then it throws, or the nothrow forms return null.

#include <cerrno>
#include <cstddef>
#include <new>

#include "heap/faults/decision.hpp"

namespace redzone::heap {

// Returns when it is worth another try.
inline void find_memory_or_throw() {
  errno = ENOMEM;
  const std::new_handler handler = std::get_new_handler();
  if (handler == nullptr) {
    const Decided decided;
    throw std::bad_alloc();
  }
  handler();
}

// The same, for the nothrow forms. An exception is made by the handler only: it would take memory.
[[nodiscard]] inline bool finds_memory() noexcept {
  errno = ENOMEM;
  const std::new_handler handler = std::get_new_handler();
  if (handler == nullptr) return false;
  try {
    handler();
  } catch (...) {
    return false;
  }
  return true;
}

// A new that is a loop around `take`, which returns null where it has no memory.
template <class Take>
[[nodiscard]] void* new_or_throw(std::size_t size_bytes, Take take) {
  for (;;) {
    void* const block = plan_fails(size_bytes) ? nullptr : take();
    if (block != nullptr) return block;
    find_memory_or_throw();
  }
}

template <class Take>
[[nodiscard]] void* new_or_null(std::size_t size_bytes, Take take) noexcept {
  for (;;) {
    void* const block = plan_fails(size_bytes) ? nullptr : take();
    if (block != nullptr || !finds_memory()) return block;
  }
}

}  // namespace redzone::heap
