#pragma once
// An object in memory that a MemoryBudget granted. The object holds its own memory in a member
// `BudgetedBuffer memory`, so that one pointer is all its owner needs.

#include <cstddef>
#include <memory>
#include <utility>

#include "redzone/base/budgeted_buffer.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/base/result.hpp"

namespace redzone::gguf {

template <class T, class Destroy, class... Arguments>
[[nodiscard]] Result<std::unique_ptr<T, Destroy>> make_paid(MemoryBudget& budget, const char* place,
                                                            Arguments&&... arguments) {
  static_assert(alignof(T) <= alignof(std::max_align_t));  // what malloc gives
  Result<BudgetedBuffer> memory = BudgetedBuffer::allocate(budget, sizeof(T), place);
  if (!memory) return fail(memory.error());
  T* object =
      ::new (static_cast<void*>(memory->bytes().data())) T(std::forward<Arguments>(arguments)...);
  object->memory = std::move(*memory);
  return std::unique_ptr<T, Destroy>(object);
}

template <class T>
void destroy_paid(T* object) noexcept {
  const BudgetedBuffer memory = std::move(object->memory);  // outlives the object in it
  std::destroy_at(object);
}

}  // namespace redzone::gguf
