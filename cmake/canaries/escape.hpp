#pragma once
// What keeps a planted bug in the program at every optimisation level. A compiler may delete what
// it can prove to be undefined or without effect (at -O1 a double free is gone), so each canary
// passes its pointers, numbers and results through these barriers.
//
// The barriers are functions that are never inlined: clang's AddressSanitizer gives a function that
// contains assembly no fake stack, and would miss a use after return in it.
//
// Plain C++17 for g++ and clang.

#include <cstddef>

namespace canary {

// Returns `pointer`, about which the compiler now knows nothing: where it points, what it points
// to, who else holds it, and whether the memory behind it was written.
template <typename T>
__attribute__((noinline)) T* escape(T* pointer) {
  __asm__ __volatile__("" : "+r"(pointer) : : "memory");
  return pointer;
}

// Returns `value`, which the compiler can no longer compute.
template <typename T>
__attribute__((noinline)) T hide(T value) {
  __asm__ __volatile__("" : "+r"(value));
  return value;
}

// Uses `value`, so that whatever computed it has to stay. It is stored, because Valgrind drops a
// load whose result goes nowhere.
template <typename T>
__attribute__((noinline)) void use(T value) {
  volatile T kept = value;
  __asm__ __volatile__("" : : "r"(&kept) : "memory");
}

// Overwrites what calls that have returned left behind below the caller's frame. A leak check takes
// every word on the stack for a pointer, and a stale one would keep a leaked block alive. Without
// AddressSanitizer, which would place the array in a fake stack and leave the real one as it is.
__attribute__((noinline, no_sanitize("address"))) inline void scrub_stack() {
  char stale[16384];  // deeper than the allocators of the detectors reach
  char* byte = escape(stale);
  for (std::size_t index = 0; index < sizeof stale; ++index) byte[index] = 0;
  escape(stale);
}

}  // namespace canary
