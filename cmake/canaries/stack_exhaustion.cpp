// expect: asan stack-overflow
// expect: memcheck fatal_signal
// A function calls itself until the stack is used up. Which of its lines does it, depends on the
// compiler.

#include <sys/resource.h>

#include "escape.hpp"

__attribute__((noinline)) int descend(int depth) {
  char local[1024];
  canary::escape(local)[depth % 1024] = 1;
  return depth < 0 ? 0 : descend(depth + 1) + canary::escape(local)[depth % 1024];
}

int main() {
  // Where the stack has no limit, the program would take all memory.
  rlimit limit = {1 << 20, 1 << 20};
  setrlimit(RLIMIT_STACK, &limit);
  canary::use(descend(canary::hide(1)));
  return 0;
}
