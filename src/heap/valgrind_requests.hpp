#pragma once
// What heap asks Valgrind.

#include <cstdint>

namespace redzone::heap {

// What memcheck finds live by looking for pointers to it.
struct ValgrindLive {
  bool is_known = false;  // false: not Valgrind, or a tool other than memcheck
  std::uint64_t bytes = 0;
  std::uint64_t blocks = 0;
};

// Looks through all of memory: takes milliseconds to seconds. Memcheck's summary of it is not
// printed.
ValgrindLive valgrind_live();

}  // namespace redzone::heap
