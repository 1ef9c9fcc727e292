// What a consumer of the component base runs: a budget grants one request and refuses the next.

#include <cstdio>

#include "redzone/base/memory_budget.hpp"
#include "redzone/base/result.hpp"

int main() {
  redzone::MemoryBudget budget{{.max_single = 1337, .max_total = 2000}};
  const auto granted = budget.take(1337, "first");
  const auto refused = budget.take(666, "second");
  if (!granted || refused) return 1;
  std::printf("refused: %s\n", refused.error().field);
  return budget.live_bytes() == 1337 ? 0 : 1;
}
