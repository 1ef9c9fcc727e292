#pragma once
// The requests to Valgrind that heap makes, without Valgrind's headers: they are an interface that
// has kept its numbers since 2003. Outside of Valgrind a request is a few rotations of a register.

#include <cstdint>

namespace redzone::heap {

// What memcheck finds live by looking for pointers to it.
struct ValgrindLive {
  bool is_known = false;  // false: not Valgrind, or a tool other than memcheck
  std::uint64_t bytes = 0;
  std::uint64_t blocks = 0;
};

// Whether memcheck is there: cheap.
bool is_under_memcheck();
// Looks through all of memory: takes milliseconds to seconds. Memcheck's summary of it is not
// printed.
ValgrindLive valgrind_live();

}  // namespace redzone::heap
