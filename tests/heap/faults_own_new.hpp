#pragma once
// An operator new of the program's own, in an object of its own: --wrap leaves alone the calls of
// what the same object defines.

namespace redzone::heap {

// How often it was called by this thread.
extern thread_local int own_new_count;

}  // namespace redzone::heap
