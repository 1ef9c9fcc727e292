#pragma once
// What the detector that looks on thinks of a byte. It does not report that it was asked.

#include <cstdint>

#include "redzone/base/valgrind_request.hpp"

// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): of the run-time
extern "C" [[gnu::weak]] int __asan_address_is_poisoned(const volatile void* address);

namespace redzone {

namespace detail {

inline constexpr std::uintptr_t kMemcheckGetBits = kMemcheck + 8;
inline constexpr std::uintptr_t kNotAddressable = 3;

}  // namespace detail

// Whether the program may read and write the byte. Without a detector: always.
inline bool may_touch(const void* byte) {
  if (__asan_address_is_poisoned != nullptr) return __asan_address_is_poisoned(byte) == 0;
  unsigned char bits = 0;
  return valgrind_request(detail::kMemcheckGetBits, reinterpret_cast<std::uintptr_t>(byte),
                          reinterpret_cast<std::uintptr_t>(&bits), 1) != detail::kNotAddressable;
}

// Whether memcheck takes the byte for written. Without memcheck: always.
inline bool is_written(const void* byte) {
  unsigned char bits = 0;
  valgrind_request(detail::kMemcheckGetBits, reinterpret_cast<std::uintptr_t>(byte),
                   reinterpret_cast<std::uintptr_t>(&bits), 1);
  return bits == 0;
}

}  // namespace redzone
