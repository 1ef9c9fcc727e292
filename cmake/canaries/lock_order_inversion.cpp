// expect: tsan lock-order-inversion line=13
// Two mutexes are locked in both orders. The threads run one after the other, so that the program
// never hangs; the detector sees that it could.

#include <mutex>
#include <thread>

std::mutex first;
std::mutex second;

void lock_both(std::mutex& outer, std::mutex& inner) {
  outer.lock();
  inner.lock();
  inner.unlock();
  outer.unlock();
}

int main() {
  lock_both(first, second);
  std::thread other([] { lock_both(second, first); });
  other.join();
  return 0;
}
