#pragma once
// Work that is not the program's own: what a test framework keeps while the code under test runs.
//
// Bounds:  nests up to 2^32-1 deep.
// Threads: concerns the thread that makes it.
// Failure: memcheck counts all the same: there, a look at what is live sees every block.
// Cost:    one increment and decrement of a thread's variable.
//
//   const heap::Uncounted uncounted;
//   log.push_back(line);

namespace redzone::heap {

// Within it, what this thread allocates is in no scope's figures, breaks no phase, and does not
// fail by a plan. What it frees is taken off as always.
class Uncounted {
 public:
  Uncounted();
  Uncounted(const Uncounted&) = delete;
  Uncounted& operator=(const Uncounted&) = delete;
  ~Uncounted();
};

}  // namespace redzone::heap
