#include "redzone/heap/uncounted.hpp"

#include "heap/thread_state.hpp"

namespace redzone::heap {

Uncounted::Uncounted() { ++thread_state.unwatched_depth; }

Uncounted::~Uncounted() { --thread_state.unwatched_depth; }

}  // namespace redzone::heap
