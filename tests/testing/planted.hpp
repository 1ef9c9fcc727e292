#pragma once
// Code with one memory fault each, and the same code without it.

#include <cstdlib>
#include <vector>

#include "redzone/heap/harmless.hpp"

namespace redzone::testing::planted {

// ThreadSanitizer delivers a signal when the program calls into it, which a loop may never do.
#if defined(__SANITIZE_THREAD__)
inline constexpr bool kDelaysSignals = true;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
inline constexpr bool kDelaysSignals = true;
#else
inline constexpr bool kDelaysSignals = false;
#endif
#else
inline constexpr bool kDelaysSignals = false;
#endif

// Keeps an allocation that nobody looks at from being optimised away.
inline void* escape(void* memory) {
  asm volatile("" : "+r"(memory) : : "memory");
  return memory;
}

inline void* take(std::size_t bytes) { return escape(std::malloc(bytes)); }

// A number that the compiler does not know: a loop up to it has one call where it is written.
inline int hidden(int number) {
  asm volatile("" : "+r"(number));
  return number;
}

// What was lost on purpose, so that a test gives it back: a leak for a scope, none for a detector.
class LostAndFound {
 public:
  LostAndFound() { blocks_.reserve(kBlocksMax); }
  LostAndFound(const LostAndFound&) = delete;
  LostAndFound& operator=(const LostAndFound&) = delete;
  ~LostAndFound() {
    for (void* const block : blocks_) std::free(block);
  }
  void lose(void* block) {
    if (blocks_.size() == kBlocksMax) std::abort();
    blocks_.push_back(block);
  }

 private:
  static constexpr std::size_t kBlocksMax = 4096;
  std::vector<void*> blocks_;
};

[[gnu::noinline]] inline bool leak_on_failure(LostAndFound& lost) {
  void* const first = take(37);
  if (first == nullptr) return false;
  void* const second = take(61);
  if (second == nullptr) {
    lost.lose(first);
    return false;
  }
  std::free(second);
  std::free(first);
  return true;
}

[[gnu::noinline]] inline bool free_on_failure() {
  void* const first = take(37);
  if (first == nullptr) return false;
  void* const second = take(61);
  std::free(second);
  std::free(first);
  return second != nullptr;
}

[[gnu::noinline]] inline bool write_through_null() {
  char* const text = static_cast<char*>(take(37));
  text[0] = 'a';
  escape(text);
  std::free(text);
  return true;
}

[[gnu::noinline]] inline bool write_if_there() {
  char* const text = static_cast<char*>(take(37));
  if (text == nullptr) return false;
  text[0] = 'a';
  escape(text);
  std::free(text);
  return true;
}

[[gnu::noinline]] inline bool swallow_failure() {
  std::free(take(29));
  return true;
}

[[gnu::noinline]] inline bool report_failure() {
  void* const memory = take(29);
  std::free(memory);
  return memory != nullptr;
}

[[gnu::noinline]] inline bool declare_harmless() {
  const heap::HarmlessFailure harmless;
  std::free(take(29));
  return true;
}

// Makes one allocation more each time.
class Restless {
 public:
  bool run() {
    ++run_count_;
    bool has_all = true;
    for (int i = 0; i < run_count_; ++i) {
      void* const memory = take(29);
      has_all = has_all && memory != nullptr;
      std::free(memory);
    }
    return has_all;
  }

 private:
  int run_count_ = 0;
};

}  // namespace redzone::testing::planted
