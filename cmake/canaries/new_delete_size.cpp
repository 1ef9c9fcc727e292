// expect: asan new-delete-type-mismatch size=666 line=11
// missed: memcheck Valgrind 3.19 does not compare the sizes
// A block of operator new is given back as one of another size.

#include <new>

#include "escape.hpp"

int main() {
  void* block = canary::escape(::operator new(666));
  ::operator delete(canary::escape(block), canary::hide(std::size_t{37}));
  return 0;
}
