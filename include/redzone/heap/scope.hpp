#pragma once
// Counts what happens on the heap while a Scope lives: how many allocations, how many bytes, the
// peak, the largest, what is still there. Scopes nest and may overlap in different threads; each
// has figures of its own.
//
// Bounds:  at most kScopesMax at the same time; see limits.hpp for what is recorded. Nothing is
//          allocated from the counted heap.
// Threads: a scope is made and destroyed by one thread; figures() may be called by any. A scope of
//          the process counts all threads: its counts are exact once the threads that allocate have
//          been joined or do not run; its peak is exact in one thread, else within
//          kThreadSlackBytes for each other thread. A scope of a thread counts that thread alone;
//          blocks that another thread frees stay live in it.
// Failure: figures that this build cannot give are empty: see figures.hpp. The scope itself cannot
//          fail.
// Cost:    while none is open, one branch an allocation. While one is, a few nanoseconds an
//          allocation, and a stack (about a microsecond a frame) for those that ScopeOptions names.
//
//   heap::Scope scope;
//   parse(file);
//   const heap::Figures figures = scope.figures();
//   if (figures.peak_bytes) std::printf("%llu\n", (unsigned long long)*figures.peak_bytes);

#include <cstddef>
#include <cstdint>

#include "redzone/heap/figures.hpp"
#include "redzone/heap/stack.hpp"

namespace redzone::heap {

struct ScopeOptions {
  Who who = Who::process;
  // A budget to explain. Stacks are taken of allocations of at least 1/64 of it, of one in
  // kSampleBytes of the others, and of the one that crosses it; when it is crossed, the largest
  // contributors of that moment are kept. UINT64_MAX: no stacks.
  std::uint64_t explain_peak_bytes = UINT64_MAX;
  // The first allocation of more than so many bytes is kept with its stack.
  std::uint64_t explain_largest_bytes = UINT64_MAX;
  // The first allocation after so many is kept with its stack.
  std::uint64_t explain_allocation_count = UINT64_MAX;
  // Keep every block with its stack, so that leaked() can say where. Slow: a stack an allocation.
  bool record_blocks = false;
};

// Bytes between two samples of small allocations. The expected error of a contributor of n bytes
// is sqrt(n * kSampleBytes).
inline constexpr std::uint64_t kSampleBytes = 16 * 1024;

// Bytes that were allocated at one place and were live at some moment.
struct Contributor {
  std::uint64_t live_bytes = 0;
  std::uint64_t block_count = 0;
  bool is_sampled = false;  // scaled up from samples: approximate
  Stack stack;
};

// One allocation.
struct Event {
  std::uint64_t size_bytes = 0;
  std::uint64_t number = 0;  // counted from 1 within the scope; 0: there was none
  Stack stack;
};

class Scope {
 public:
  explicit Scope(const ScopeOptions& options = ScopeOptions());
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;
  ~Scope();

  // What happened since the scope was made, or until close().
  [[nodiscard]] Figures figures() const;
  // Ends the counting; everything that was seen can still be asked for.
  void close();

  // What broke the limit first, as asked for by ScopeOptions.
  [[nodiscard]] Event crossed_peak() const;
  [[nodiscard]] Event crossed_largest() const;
  [[nodiscard]] Event crossed_allocation_count() const;
  // Both lists are empty where stacks are unknown (see capability), and lack what was lost beyond
  // kStacksMax and kBlocksMax; compare with figures().
  //
  // The largest contributors when the peak's limit was crossed, largest first: how many were
  // written to `out`.
  std::size_t contributors(Contributor* out, std::size_t count_max) const;
  // Blocks that were allocated in the scope and are live, grouped by stack, largest first; needs
  // record_blocks. Returns how many groups were written to `out`.
  std::size_t leaked(Contributor* out, std::size_t count_max) const;

  struct State;  // private to the implementation

 private:
  friend class Phase;
  Scope(const ScopeOptions& options, const char* phase_name, bool phase_aborts);

  State* state_;  // one of kScopesMax slots
};

}  // namespace redzone::heap
