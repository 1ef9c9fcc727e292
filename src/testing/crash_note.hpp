#pragma once
// Where a process dies. Private to testing.

#include "redzone/heap/stack.hpp"

namespace redzone::testing {

// From now on, a signal that kills this process leaves the stack of the crash in `stack`, where no
// sanitizer handles it, which says more. For a child: nothing is given back.
void note_crash_in(heap::Stack& stack);

}  // namespace redzone::testing
