#pragma once
// Byte units. KiB, MiB and GiB are powers of 1024; the decimal units are never used. This header
// stands alone and compiles as C++17, so that every target may use it.
//
// Bounds:  none held. Threads: constants. Failure: a literal that does not fit does not compile.
// Cost:    none at run time.
//
//   MemoryBudget budget{{.max_single = 1_MiB, .max_total = 64_MiB}};

#include <cstdint>

namespace redzone {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;

inline namespace literals {

namespace detail {

// Not constexpr: reaching it while a literal is evaluated at compile time ends the compilation.
inline void literal_does_not_fit_64_bits() {}

constexpr std::uint64_t scale(unsigned long long count, std::uint64_t unit) {
  if (count > UINT64_MAX / unit) literal_does_not_fit_64_bits();
  return count * unit;
}

}  // namespace detail

constexpr std::uint64_t operator""_B(unsigned long long count) { return count; }
constexpr std::uint64_t operator""_KiB(unsigned long long count) {
  return detail::scale(count, kKiB);
}
constexpr std::uint64_t operator""_MiB(unsigned long long count) {
  return detail::scale(count, kMiB);
}
constexpr std::uint64_t operator""_GiB(unsigned long long count) {
  return detail::scale(count, kGiB);
}

}  // namespace literals

}  // namespace redzone
