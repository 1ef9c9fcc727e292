#pragma once
// What a program tells and asks Valgrind, without Valgrind's headers: its requests are an interface
// that has kept its numbers since 2003. This header stands alone and compiles as C++17.
//
// Bounds:  four arguments.
// Threads: any.
// Failure: none. Outside of Valgrind, for a tool that does not know the request, and on processors
//          other than x86-64 a request does nothing, and its result is 0.
// Cost:    outside of Valgrind a few rotations of a register: a nanosecond.
//
//   if (is_under_memcheck()) valgrind_request(kMemcheckMakeDefined, address, size_bytes);

#include <cstdint>

namespace redzone {

// From valgrind.h.
inline constexpr std::uintptr_t kValgrindIsRunning = 0x1001;
inline constexpr std::uintptr_t kValgrindChangeOption = 0x1203;
inline constexpr std::uintptr_t kValgrindCreatePool = 0x1303;
inline constexpr std::uintptr_t kValgrindDestroyPool = 0x1304;
inline constexpr std::uintptr_t kValgrindPoolAllocate = 0x1305;
inline constexpr std::uintptr_t kValgrindPoolFree = 0x1306;
inline constexpr std::uintptr_t kValgrindPoolChange = 0x1309;

// From memcheck.h.
inline constexpr std::uintptr_t kMemcheck = std::uintptr_t{'M'} << 24U | std::uintptr_t{'C'} << 16U;
inline constexpr std::uintptr_t kMemcheckMakeNoAccess = kMemcheck + 0;
inline constexpr std::uintptr_t kMemcheckMakeUndefined = kMemcheck + 1;
inline constexpr std::uintptr_t kMemcheckMakeDefined = kMemcheck + 2;
inline constexpr std::uintptr_t kMemcheckDoLeakCheck = kMemcheck + 6;
inline constexpr std::uintptr_t kMemcheckCountLeaks = kMemcheck + 7;
inline constexpr std::uintptr_t kMemcheckCountLeakBlocks = kMemcheck + 12;

// Always inline: a copy of its own might be one that a sanitizer has instrumented, and heap calls
// it from within malloc.
[[gnu::always_inline]] inline std::uintptr_t valgrind_request(std::uintptr_t number,
                                                              std::uintptr_t first = 0,
                                                              std::uintptr_t second = 0,
                                                              std::uintptr_t third = 0,
                                                              std::uintptr_t fourth = 0) {
  std::uintptr_t result = 0;
#if defined(__x86_64__)
  const volatile std::uintptr_t arguments[] = {number, first, second, third, fourth, 0};
  __asm__ volatile(
      "rolq $3, %%rdi; rolq $13, %%rdi; rolq $61, %%rdi; rolq $51, %%rdi\n\t"
      "xchgq %%rbx, %%rbx"
      : "=d"(result)
      : "a"(&arguments[0]), "0"(result)
      : "cc", "memory");
#else
  static_cast<void>(number + first + second + third + fourth);
#endif
  return result;
}

// Whether the program runs under Valgrind's memcheck; false for its other tools.
[[nodiscard, gnu::always_inline]] inline bool is_under_memcheck() {
  if (valgrind_request(kValgrindIsRunning) == 0) return false;
  // A tool that does not know the request leaves the numbers alone.
  std::uintptr_t counts[] = {UINTPTR_MAX, 0, 0, 0};
  valgrind_request(kMemcheckCountLeaks, reinterpret_cast<std::uintptr_t>(&counts[0]),
                   reinterpret_cast<std::uintptr_t>(&counts[1]),
                   reinterpret_cast<std::uintptr_t>(&counts[2]),
                   reinterpret_cast<std::uintptr_t>(&counts[3]));
  return counts[0] != UINTPTR_MAX;
}

}  // namespace redzone
