// expect: asan SEGV access=read line=11
// expect: memcheck InvalidRead access=read line=11
// expect: memcheck fatal_signal line=11
// An address is read that was never part of the program.

#include <cstdint>

#include "escape.hpp"

int main() {
  canary::use(*canary::escape(reinterpret_cast<const char*>(canary::hide(std::uintptr_t{37}))));
  return 0;
}
