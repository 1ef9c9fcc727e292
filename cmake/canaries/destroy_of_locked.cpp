// expect: tsan destroy-of-a-locked-mutex line=11
// A mutex is destroyed that is still locked.

#include <pthread.h>

#include "escape.hpp"

int main() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(canary::escape(&mutex));
  pthread_mutex_destroy(canary::escape(&mutex));
  return 0;
}
