#pragma once
// One allocation each, as those make it whose calls the plan may reach. Weak: null in programs that
// are not linked with the wrappers.

namespace redzone::heap {

[[gnu::weak]] void allocate_by_malloc();
[[gnu::weak]] void allocate_by_new();
[[gnu::weak]] void allocate_by_new_of_libraries();

}  // namespace redzone::heap
