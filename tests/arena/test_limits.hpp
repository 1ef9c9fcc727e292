#pragma once
// The budgets that the tests of arenas take their memory from.

#include "redzone/base/bytes.hpp"
#include "redzone/base/memory_budget.hpp"

namespace redzone {

inline constexpr MemoryBudget::Limits kLimits{.max_single = 1 * kMiB, .max_total = 8 * kMiB};
inline constexpr MemoryBudget::Limits kRoomyLimits{.max_single = 1 * kMiB, .max_total = 64 * kMiB};

}  // namespace redzone
