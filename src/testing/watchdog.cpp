#include "testing/watchdog.hpp"

#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>

namespace redzone::testing {

struct Watchdog::Previous {
  struct sigaction action = {};
  itimerval timer = {};
};

namespace {

constexpr suseconds_t kLookMicroseconds = 250'000;

// What the signal's handler sees.
struct Watched {
  std::atomic<const Attack*> attack{nullptr};
  std::uint64_t operation_count_max = 0;
  RunRecord* record = nullptr;
  const char* message = nullptr;
};
Watched g_watched;

void on_timer(int /*signal*/) {
  const Attack* const attack = g_watched.attack.load();
  if (attack == nullptr || attack->operation_count() <= g_watched.operation_count_max) return;
  if (g_watched.record != nullptr) {
    g_watched.record->operation_count = attack->operation_count();
    g_watched.record->is_endless = true;
    _exit(0);
  }
  const ssize_t written = write(STDERR_FILENO, g_watched.message, std::strlen(g_watched.message));
  static_cast<void>(written);
  std::abort();
}

}  // namespace

Watchdog::Watchdog(const Attack& attack, std::uint64_t operation_count_max, RunRecord* record,
                   const char* message)
    : previous_([]() -> Previous& {
        static Previous previous;
        return previous;
      }()) {
  g_watched.operation_count_max = operation_count_max;
  g_watched.record = record;
  g_watched.message = message;
  g_watched.attack.store(&attack);
  struct sigaction action = {};
  action.sa_handler = &on_timer;
  action.sa_flags = SA_RESTART;
  sigaction(SIGVTALRM, &action, &previous_.action);
  itimerval timer = {};
  timer.it_value.tv_usec = kLookMicroseconds;
  timer.it_interval.tv_usec = kLookMicroseconds;
  setitimer(ITIMER_VIRTUAL, &timer, &previous_.timer);
}

Watchdog::~Watchdog() {
  g_watched.attack.store(nullptr);
  setitimer(ITIMER_VIRTUAL, &previous_.timer, nullptr);
  sigaction(SIGVTALRM, &previous_.action, nullptr);
}

}  // namespace redzone::testing
