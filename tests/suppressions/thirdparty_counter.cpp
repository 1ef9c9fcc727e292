// expect: tsan data-race size=37 access=write line=15
// Stands for a library that is not ours and counts in two threads without a lock. A relaxed flag
// puts the writes into one sequence without ordering them.

#include <atomic>
#include <thread>

static std::atomic<bool> counted{false};

extern "C" {

char thirdparty_counters[37];  // visible outside, so that the compiler keeps the writes

__attribute__((noinline)) void thirdparty_counter_bump() {
  thirdparty_counters[5] = 1;
  counted.store(true, std::memory_order_relaxed);
}

void thirdparty_work() {
  std::thread other(thirdparty_counter_bump);
  while (!counted.load(std::memory_order_relaxed)) {  // bounded by the runner's time limit
    std::this_thread::yield();
  }
  thirdparty_counter_bump();
  other.join();
}

}  // extern "C"
