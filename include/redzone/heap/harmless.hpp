#pragma once
// A failed allocation that the code deals with, so that its result is rightly a success: a cache
// that stays empty, a shorter buffer. Put one around the allocation, and a torture loop does not
// call the success swallowed. This header stands alone: without redzone::heap in the program it
// does nothing, so code that is also shipped may include it.
//
// Bounds:  nests up to 2^32-1 deep.
// Threads: concerns the thread that makes it.
// Failure: none.
// Cost:    one increment and decrement of a thread's variable; one branch where heap is not linked.
//
//   heap::HarmlessFailure harmless;  // without it every lookup parses again
//   cache.reset(new (std::nothrow) Cache);

extern "C" {
[[gnu::weak]] void redzone_heap_harmless_begin() noexcept;
[[gnu::weak]] void redzone_heap_harmless_end() noexcept;
}

namespace redzone::heap {

class HarmlessFailure {
 public:
  HarmlessFailure() noexcept {
    if (redzone_heap_harmless_begin != nullptr) redzone_heap_harmless_begin();
  }
  HarmlessFailure(const HarmlessFailure&) = delete;
  HarmlessFailure& operator=(const HarmlessFailure&) = delete;
  ~HarmlessFailure() {
    if (redzone_heap_harmless_end != nullptr) redzone_heap_harmless_end();
  }
};

}  // namespace redzone::heap
