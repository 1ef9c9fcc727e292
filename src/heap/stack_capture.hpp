#pragma once
// Taking the stack of an allocation, from inside the allocator.

#include "redzone/heap/stack.hpp"

// Marks a function of redzone that stands between the program's call and the allocator: a function
// of the interposer, a wrapper, a replaced operator new. Its frames, and all within it, are left
// out of stacks. Functions that it calls need no mark.
#define REDZONE_HEAP_ENTRY __attribute__((section("redzone_heap_text"), noinline))

namespace redzone::heap {

// The stack above the outermost function of redzone or of a sanitizer's allocator that this is
// called from. What the unwinder allocates is not watched.
Stack take_stack();

}  // namespace redzone::heap
