#include "redzone/base/budgeted_buffer.hpp"

#include <utility>

#include "redzone/base/errors.hpp"

namespace redzone {

Result<BudgetedBuffer> BudgetedBuffer::allocate(MemoryBudget& budget, std::uint64_t size_bytes,
                                                const char* place) {
  BudgetedBuffer buffer;
  if (size_bytes == 0) return buffer;
  Result<MemoryBudget::Lease> lease = budget.take(size_bytes, place);
  if (!lease) return fail(lease.error());
  buffer.memory_.reset(static_cast<std::byte*>(std::malloc(size_bytes)));
  if (buffer.memory_ == nullptr) {
    return fail(make_error(BaseCode::out_of_memory).with_field(place).with_value(size_bytes));
  }
  buffer.lease_ = std::move(*lease);
  return buffer;
}

}  // namespace redzone
