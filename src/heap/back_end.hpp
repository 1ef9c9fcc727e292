#pragma once
// Who calls the recorder in this process, and what they leave out.

#include "redzone/heap/figures.hpp"

namespace redzone::heap {

struct BackEndFacts {
  BackEnd back_end = BackEnd::none;
  // What the hooks of this run-time tell of: found by trying, because versions differ.
  bool tells_realloc = true;
  bool tells_aligned = true;
};

// Decides at the first call, by allocating and looking who says so.
const BackEndFacts& back_end_facts();

}  // namespace redzone::heap
