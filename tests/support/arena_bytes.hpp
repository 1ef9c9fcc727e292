#pragma once
// What users, upstreams and nobody write into memory of an arena, so that each is known wherever it
// turns up.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace redzone::tests {

// Memory that nobody has used yet. A user writes neither kJunk nor 0.
inline constexpr unsigned char kJunk = 0xa5;

// Bytes from 1 to 127, another row of them in each block.
inline constexpr std::size_t kPatternBytes = 4096;

inline const unsigned char* pattern_of(std::uint64_t id, std::size_t offset) {
  static const std::array<unsigned char, 2 * kPatternBytes> kBytes = [] {
    std::array<unsigned char, 2 * kPatternBytes> made{};
    std::uint32_t state = 1;
    for (std::size_t i = 0; i < kPatternBytes; ++i) {
      state = state * 1664525 + 1013904223;
      made[i] = made[i + kPatternBytes] = static_cast<unsigned char>(1 + (state >> 16) % 127);
    }
    return made;
  }();
  return &kBytes[(id * 61 + offset) % kPatternBytes];
}

inline unsigned char* bytes_at(std::uintptr_t address) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the model of an arena computes with addresses
  return reinterpret_cast<unsigned char*>(address);
}

// Bytes [from, to) of the block `id` at `block`.
inline void write_pattern(std::uint64_t id, std::uintptr_t block, std::size_t from,
                          std::size_t to) {
  while (from < to) {
    const std::size_t size_bytes = std::min(to - from, kPatternBytes);
    std::memcpy(bytes_at(block + from), pattern_of(id, from), size_bytes);
    from += size_bytes;
  }
}

inline bool has_pattern(std::uint64_t id, std::uintptr_t block, std::size_t size_bytes) {
  for (std::size_t from = 0; from < size_bytes; from += kPatternBytes) {
    if (std::memcmp(bytes_at(block + from), pattern_of(id, from),
                    std::min(size_bytes - from, kPatternBytes)) != 0) {
      return false;
    }
  }
  return true;
}

// The bytes of memory that AddressSanitizer may have been told to keep everybody away from are 0,
// or also kJunk: no user wrote them.
__attribute__((noinline, no_sanitize("address"))) inline bool has_no_user_byte(
    std::uintptr_t begin, std::size_t size_bytes, bool junk_is_fine) {
  const volatile unsigned char* const bytes = bytes_at(begin);
  for (std::size_t i = 0; i < size_bytes; ++i) {
    const unsigned char byte = bytes[i];
    const bool is_fine = byte == 0 || (junk_is_fine && byte == kJunk);
    if (!is_fine) return false;
  }
  return true;
}

// Valgrind puts its own libraries in front of every other.
inline bool is_under_valgrind() {
  static const bool kIsPreloaded = [] {
    const char* preloaded = std::getenv("LD_PRELOAD");
    return preloaded != nullptr && std::string_view(preloaded).contains("vgpreload");
  }();
  return kIsPreloaded;
}

// Under Valgrind nobody can look at a byte that was given back: it is undefined there.
inline bool can_look_at_dropped_bytes() { return !is_under_valgrind(); }

// Whether a detector looks on that an arena tells about its blocks, which are then apart by red
// zones. Found out here independently of the arena.
inline bool arenas_are_watched() {
#if defined(__SANITIZE_ADDRESS__)
  return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  return true;
#endif
#endif
  return is_under_valgrind();
}

}  // namespace redzone::tests
