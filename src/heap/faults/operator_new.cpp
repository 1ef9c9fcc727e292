// The operator new that shared libraries find in a plain program: std::string of a C++17 program
// allocates inside libstdc++.so, where no --wrap reaches. An archive's member of its own, so that
// the linker takes it only where nobody else in the program defines this operator: neither a
// detector's run-time nor the program itself. The other forms of new of the C++ library call this
// one, and its delete calls free().

#include <cstddef>
#include <new>

#include "heap/faults/blocks.hpp"
#include "heap/faults/new_rules.hpp"
#include "heap/stack_capture.hpp"

// NOLINTNEXTLINE(misc-new-delete-overloads): the C++ library has the delete to it
REDZONE_HEAP_ENTRY void* operator new(std::size_t size_bytes) {
  return redzone::heap::new_or_throw(size_bytes,
                                     [=] { return redzone::heap::take_block(size_bytes); });
}
