#pragma once
// Everything that the heap component holds has a limit, and all of it is reserved before the
// program's memory is looked at: counting never allocates from the heap that it counts.
//
// Bounds:  see each constant; together at most kTableBytesMax of address space, touched as used.
// Threads: constants. Failure: what happens beyond a limit stands at the limit. Cost: none.
//
//   static_assert(kFramesMax <= 64);

#include <cstdint>

namespace redzone::heap {

// Frames of a recorded stack. Deep enough to pass a container's and an allocator's layers and reach
// the caller that people know; 8 bytes a frame in each distinct stack.
inline constexpr std::uint32_t kFramesMax = 32;
// Distinct stacks that a process records. Beyond it, allocations are counted without a stack.
inline constexpr std::uint32_t kStacksMax = 8192;
// Blocks that are followed one by one at the same time: all where a sanitizer counts or leaks are
// looked for, else those with a stack. Beyond it, live and peak figures become unknown. 32 bytes
// each.
inline constexpr std::uint32_t kBlocksMax = 1U << 20;
// Threads with figures of their own at the same time. Those beyond share one that is slower, and
// have no figures by thread.
inline constexpr std::uint32_t kThreadsMax = 1024;
// Scopes that are open at the same time, nested or side by side. A second one costs a pair of
// malloc and free about 13 nanoseconds, each further one 4; each thread has 32 bytes for each. One
// more aborts: it is a program that never closes them.
inline constexpr std::uint32_t kScopesMax = 32;
// A thread adds its bytes to those of the process when they have changed by so much: a peak of
// several threads is exact within this, for each thread. Smaller is more exact and slower. While
// only one thread has counted, nothing is added, and the peak is exact.
inline constexpr std::uint64_t kThreadSlackBytes = 64 * 1024;

// Groups of blocks that are told, largest first; the rest is not.
inline constexpr std::uint32_t kContributorsMax = 32;

inline constexpr std::uint64_t kTableBytesMax =
    32ULL * kBlocksMax * 5 / 4 + 6ULL * 1024 * 1024 +    // blocks, and chains to them
    kStacksMax * (24ULL + 8ULL * kFramesMax) +           // stacks
    (kThreadsMax + 1) * (256ULL + 32ULL * kScopesMax) +  // threads
    kScopesMax * (4096ULL + 2ULL * kContributorsMax * (48ULL + 8ULL * kFramesMax));  // scopes
static_assert(kTableBytesMax < 64ULL * 1024 * 1024);

}  // namespace redzone::heap
