#pragma once
// What heap keeps for each thread. Plain data in the static TLS block: reading it never allocates,
// also before main and after the thread's destructors.

#include <cstdint>

namespace redzone::heap {

struct ThreadSlot;

struct ThreadState {
  ThreadSlot* slot = nullptr;         // null until the thread is counted for the first time
  ThreadSlot* own_slot = nullptr;     // the same, but null where it is the shared one
  std::uint32_t unwatched_depth = 0;  // of Unwatched
  std::uint32_t allowed_depth = 0;    // of AllowAllocation
  std::uint32_t harmless_depth = 0;   // of HarmlessFailure
  std::uint32_t unwatched_calls = 0;  // allocations within Unwatched, that were told while a scope
                                      // is open: shows to back_end() who calls
  bool has_ended = false;             // its slot has been given back
  std::int64_t sample_in_bytes = 0;   // until the next sampled allocation
  std::uint64_t sample_state = 0;     // of the generator of sampling gaps; 0: not seeded
};

// __thread instead of thread_local: no wrapper that looks for a dynamic initialiser.
extern __thread ThreadState thread_state __attribute__((tls_model("initial-exec")));

// While one lives, what this thread allocates is neither counted nor made to fail: it is heap's own
// work, such as walking a stack inside malloc.
class Unwatched {
 public:
  Unwatched() {
    ++thread_state.unwatched_depth;
    keep_in_order();
  }
  Unwatched(const Unwatched&) = delete;
  Unwatched& operator=(const Unwatched&) = delete;
  ~Unwatched() {
    keep_in_order();
    --thread_state.unwatched_depth;
  }

 private:
  // A compiler knows that malloc reads no variable of the program, and would leave both out.
  static void keep_in_order() { __asm__ volatile("" : : : "memory"); }
};

inline bool is_unwatched() { return thread_state.unwatched_depth != 0; }

}  // namespace redzone::heap
