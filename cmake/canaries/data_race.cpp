// expect: tsan data-race size=37 access=write line=24
// Two threads write a byte, one after the other, and nothing orders the writes: a relaxed flag
// gives the sequence, which makes the report the same each time, but no happens-before.

#include <atomic>
#include <cstdlib>
#include <thread>

#include "escape.hpp"

std::atomic<bool> written{false};

void write_first(char* block) {
  block[5] = 1;
  written.store(true, std::memory_order_relaxed);
}

int main() {
  char* block = canary::escape(static_cast<char*>(std::malloc(37)));
  std::thread other(write_first, block);
  while (!written.load(std::memory_order_relaxed)) {  // bounded by the runner's time limit
    std::this_thread::yield();
  }
  block[5] = 2;
  other.join();
  std::free(canary::escape(block));
  return 0;
}
