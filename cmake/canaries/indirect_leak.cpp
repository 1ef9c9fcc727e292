// expect: lsan direct-leak size=1337 line=23
// expect: lsan indirect-leak size=666 line=24
// expect: memcheck Leak_DefinitelyLost size=2003 line=23
// expect: memcheck Leak_IndirectlyLost size=666 line=24
// A block is lost, and with it the block that only it points to.

#include <cstdlib>

#include "escape.hpp"

struct Owned {
  char bytes[666];
};

// Packed, so that its size is odd.
struct __attribute__((packed)) Owner {
  Owned* owned;
  char bytes[1337 - sizeof(Owned*)];
};

__attribute__((noinline)) void lose_two_blocks() {
  // malloc, because a block of operator new would have to be a multiple of the alignment.
  auto* owner = canary::escape(static_cast<Owner*>(std::malloc(sizeof(Owner))));
  owner->owned = canary::escape(static_cast<Owned*>(std::malloc(sizeof(Owned))));
  canary::escape(owner);
}

int main() {
  lose_two_blocks();
  canary::scrub_stack();
  return 0;
}
