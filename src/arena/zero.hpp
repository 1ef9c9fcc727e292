#pragma once
// Zeroing that stays, although nobody reads the bytes again.

#include <cstdint>
#include <cstring>

#include "arena/align.hpp"

namespace redzone {

// In place of memset alone, which the compiler may leave out in front of free(): it cannot know
// that the bytes are not read by what stands between.
inline void zero(std::uintptr_t begin, std::uintptr_t end) {
  void* first = pointer_to(begin);
  // Nothing is no call: a vectorised memset of 0 bytes may still touch the page.
  if (begin != end) std::memset(first, 0, end - begin);
  asm volatile("" : : "r"(first) : "memory");
}

}  // namespace redzone
