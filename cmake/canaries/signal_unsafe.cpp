// expect: tsan signal-unsafe-call-inside-of-a-signal line=9
// A handler of a signal allocates, which it may not.

#include <csignal>
#include <cstdlib>

#include "escape.hpp"

void on_signal(int) { std::free(canary::escape(std::malloc(37))); }

int main() {
  std::signal(SIGUSR1, on_signal);
  std::raise(SIGUSR1);
  return 0;
}
