#pragma once
// Which of the small allocations get a stack: those in which a byte lies that was chosen. Gaps
// between chosen bytes are kSampleBytes on average and vary, so that no pattern of the program
// hides between them; they come from a generator that starts the same in each thread, so that a
// run can be repeated.

#include <algorithm>
#include <cstdint>

#include "heap/thread_state.hpp"
#include "redzone/heap/scope.hpp"

namespace redzone::heap {

inline std::int64_t next_sample_gap(ThreadState& thread) {
  // xorshift64*, by Vigna.
  std::uint64_t x = thread.sample_state != 0 ? thread.sample_state : 0x2545f4914f6cdd1dULL;
  x ^= x >> 12U;
  x ^= x << 25U;
  x ^= x >> 27U;
  thread.sample_state = x;
  const std::uint64_t random = (x * 0x2545f4914f6cdd1dULL) >> 32U;
  return static_cast<std::int64_t>(1 + random % (2 * kSampleBytes - 1));
}

// How many chosen bytes lie in an allocation of so many. Blocks of more than this are not sampled.
inline constexpr std::uint64_t kSampledBytesMax = 1U << 30U;

inline std::uint16_t sample_hits(ThreadState& thread, std::uint64_t size_bytes) {
  size_bytes = std::min(size_bytes, kSampledBytesMax);
  if (thread.sample_state == 0) thread.sample_in_bytes = next_sample_gap(thread);
  thread.sample_in_bytes -= static_cast<std::int64_t>(size_bytes);
  std::uint32_t hits = 0;
  while (thread.sample_in_bytes <= 0) {
    thread.sample_in_bytes += next_sample_gap(thread);
    ++hits;
  }
  return static_cast<std::uint16_t>(hits < UINT16_MAX ? hits : UINT16_MAX);
}

}  // namespace redzone::heap
