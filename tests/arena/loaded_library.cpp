// A shared library that is loaded when the program has long been running.

#include "redzone/arena/arena.h"

extern "C" int use_thread_arena() {
  return redzone_arena_alloc(redzone_arena_thread(), 100) == nullptr ? 1 : 0;
}
