// The arena would give its chunks back to a budget that is gone.
// expect: MemoryBudget

#include "redzone/arena/arena.hpp"

redzone::Status use(redzone::MemoryBudget& budget) {
  constexpr redzone::MemoryBudget::Limits kLimits{.max_single = 4096, .max_total = 8192};
#ifdef REDZONE_MISTAKE
  redzone::Arena arena{redzone::MemoryBudget(kLimits)};
#else
  redzone::Arena arena{budget};
#endif
  if (const auto block = arena.try_allocate(kLimits.max_single, 8); !block)
    return redzone::fail(block.error());
  return {};
}
