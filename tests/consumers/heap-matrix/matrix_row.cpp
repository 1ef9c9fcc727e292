// Prints the row of this build: exact, approximate or unknown for each assertion.

#include <cstdio>

#include "redzone/heap/fault_plan.hpp"
#include "redzone/heap/figures.hpp"

namespace heap = redzone::heap;

int main() {
  const heap::Capability row[] = {
      heap::capability(heap::Quantity::peak_bytes),
      heap::capability(heap::Quantity::largest_bytes),
      heap::capability(heap::Quantity::allocation_count),
      heap::capability(heap::Quantity::live_bytes),
      heap::capability(heap::Quantity::stacks),
      heap::fault_coverage(heap::Reach::c_functions),
      heap::fault_coverage(heap::Reach::operators),
      heap::fault_coverage(heap::Reach::operators_of_libraries),
  };
  for (const heap::Capability& cell : row) std::printf("| %s ", heap::name_of(cell.exactness));
  std::puts("|");
  return 0;
}
