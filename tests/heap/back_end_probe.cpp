// Says whether this program has the back end that its argument names, and figures to match.

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "redzone/heap/figures.hpp"
#include "redzone/heap/phase.hpp"
#include "redzone/heap/scope.hpp"

namespace heap = redzone::heap;

int main(int argument_count, char** arguments) {
  if (argument_count != 2) return 2;
  heap::Phase phase("none", heap::OnAllocation::count);
  heap::Scope scope;
  void* (*volatile allocate)(std::size_t) = &std::malloc;
  void* block = allocate(123);
  const heap::Figures figures = scope.figures();
  std::free(block);

  const char* name = heap::name_of(heap::back_end());
  const bool is_known = std::strcmp(name, "none") != 0;
  const heap::Capability count = heap::capability(heap::Quantity::allocation_count);
  const bool is_right =
      std::strcmp(name, arguments[1]) == 0 && figures.allocation_count.has_value() == is_known &&
      figures.largest_bytes.has_value() == is_known && figures.peak_bytes.has_value() == is_known &&
      figures.live_bytes.value_or(123) == 123 && figures.allocation_count.value_or(1) == 1 &&
      (count.exactness == heap::Exactness::unknown) != is_known &&
      phase.is_enforced() == is_known && phase.allocation_count() == (is_known ? 1U : 0U);
  std::printf("back end %s, expected %s: %s\n", name, arguments[1], is_right ? "right" : "wrong");
  return is_right ? 0 : 1;
}
