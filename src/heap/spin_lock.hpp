#pragma once
// A lock that may be taken inside malloc: no allocation, no system call while it is free, and no
// call that a sanitizer looks at. Nothing that can allocate or wait runs while one is held.

#include <sched.h>

#include <atomic>
#include <cstdint>

namespace redzone::heap {

class SpinLock {
 public:
  void lock() {
    if (__builtin_expect(!try_lock(), 0)) wait();
  }
  void unlock() { is_held_.store(0, std::memory_order_release); }
  // In the child after fork: whoever held it does not exist there.
  void reset() { is_held_.store(0, std::memory_order_relaxed); }

 private:
  static constexpr std::uint32_t kTriesBeforeYield = 64;

  bool try_lock() { return is_held_.exchange(1, std::memory_order_acquire) == 0; }
  __attribute__((noinline)) void wait() {
    for (std::uint32_t tries = 1; !try_lock(); ++tries) {
      // Whoever holds it may have lost the processor.
      if (tries % kTriesBeforeYield == 0) sched_yield();
    }
  }

  std::atomic<std::uint32_t> is_held_{0};
};

class SpinGuard {
 public:
  explicit SpinGuard(SpinLock& lock) : lock_(lock) { lock_.lock(); }
  SpinGuard(const SpinGuard&) = delete;
  SpinGuard& operator=(const SpinGuard&) = delete;
  ~SpinGuard() { lock_.unlock(); }

 private:
  SpinLock& lock_;
};

}  // namespace redzone::heap
