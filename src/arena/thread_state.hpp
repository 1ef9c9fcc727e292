#pragma once
// The life of a thread's arena, for the C interface and for tests.

#include "redzone/base/result.hpp"

namespace redzone {

class BumpArena;

// Makes the calling thread's arena unless it is there, or says why there is none.
[[nodiscard]] Status ensure_thread_arena();

// Whether `arena` is what thread_arena() gave to the calling thread, be it one that refuses.
[[nodiscard]] bool is_of_this_thread(const BumpArena& arena);

// What the system calls when a thread ends, with a value that is never null. A second call finds
// nothing to do.
void end_thread_arena(void* is_set);

}  // namespace redzone
