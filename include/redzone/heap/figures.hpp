#pragma once
// What is known about the heap of this process: the figures of a stretch of code, and how far they
// can be trusted in this build. A figure that a build cannot give is empty, never 0.
//
// Bounds:  plain values.
// Threads: every function may be called from any thread.
// Failure: none; what is not known says so, and why.
// Cost:    back_end() decides once, at its first call; afterwards all are table look-ups.
//
//   if (capability(Quantity::peak_bytes).exactness == Exactness::unknown) {
//     std::puts(capability(Quantity::peak_bytes).reason);
//   }

#include <cstdint>
#include <optional>

namespace redzone::heap {

// Sizes are as requested by the program, without the allocator's rounding and headers. What the
// standard library asks for in its place is taken as it asks: libstdc++'s aligned new asks for a
// multiple of the alignment. A realloc replaces its block; in an ASan build both are live for a
// moment, and the peak says so.
struct Figures {
  // Calls that gave a block: malloc, calloc, realloc to a larger or smaller block, new, the aligned
  // forms. What frees only is no allocation, and neither is a call that failed.
  std::optional<std::uint64_t> allocation_count;
  std::optional<std::uint64_t> requested_bytes;  // the sum of their sizes
  std::optional<std::uint64_t> largest_bytes;    // the largest of their sizes
  // Blocks that were allocated within the stretch and have not been freed. A block from before
  // that is freed within it changes nothing: a budget is about what the code takes.
  std::optional<std::uint64_t> live_block_count;
  std::optional<std::uint64_t> live_bytes;
  std::optional<std::uint64_t> peak_bytes;  // the highest live_bytes of the stretch
};

// Who calls the allocator back: chosen at run time, because one build serves all programs.
enum class BackEnd : std::uint8_t {
  none,             // nobody: the interposer is not linked, and there is no sanitizer
  interposer,       // our malloc stands before the C library's
  sanitizer_hooks,  // the run-time of ASan, LSan, TSan, MSan or HWASan tells us
  valgrind,         // memcheck has taken malloc away; it can be asked what is live
};

enum class Quantity : std::uint8_t {
  allocation_count,
  requested_bytes,
  largest_bytes,
  live_block_count,
  live_bytes,
  peak_bytes,
  stacks,  // where a block was allocated
};
inline constexpr unsigned kQuantityCount = 7;

enum class Exactness : std::uint8_t { unknown, approximate, exact };

// Whose allocations are meant.
enum class Who : std::uint8_t { process, this_thread };

// Of a program that runs in one thread; a peak of several is within kThreadSlackBytes for each
// other one.
struct Capability {
  Exactness exactness = Exactness::unknown;
  const char* reason = "";  // why it is not exact; static
};

[[nodiscard]] BackEnd back_end();
// Under Who::this_thread that of the calling thread: one beyond kThreadsMax has no figures.
[[nodiscard]] Capability capability(Quantity quantity, Who who = Who::process);

// Names for people and JSON: "interposer", "peak_bytes", "exact"; static.
[[nodiscard]] const char* name_of(BackEnd back_end);
[[nodiscard]] const char* name_of(Quantity quantity);
[[nodiscard]] const char* name_of(Exactness exactness);

}  // namespace redzone::heap
