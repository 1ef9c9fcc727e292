// expect: tsan unlock-of-an-unlocked-mutex line=11
// A mutex is unlocked that nobody has locked.

#include <pthread.h>

#include "escape.hpp"

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

int main() {
  pthread_mutex_unlock(canary::escape(&mutex));
  return 0;
}
