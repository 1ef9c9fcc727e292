// expect: tsan thread-leak line=12
// A thread ends and is never joined.

#include <pthread.h>

#include "escape.hpp"

void* nothing(void*) { return nullptr; }

int main() {
  pthread_t thread;
  pthread_create(&thread, nullptr, nothing, nullptr);
  canary::escape(&thread);
  return 0;
}
