#include "testing/crash_note.hpp"

#include <array>
#include <csignal>

namespace redzone::testing {
namespace {

heap::Stack* g_stack = nullptr;

void on_signal(int signal) {
  // Without this function and the one of the C library that called it.
  *g_stack = heap::Stack::here(2);
  // SA_RESETHAND has put the default action back; it comes when this returns.
  raise(signal);
}

}  // namespace

void note_crash_in(heap::Stack& stack) {
  g_stack = &stack;
  // A stack that has overflowed has no room for the handler.
  static std::array<char, 64 * 1024> room;
  stack_t alternative = {};
  alternative.ss_sp = room.data();
  alternative.ss_size = room.size();
  sigaltstack(&alternative, nullptr);
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGTRAP}) {
    struct sigaction current = {};
    if (sigaction(signal, nullptr, &current) != 0 || current.sa_handler != SIG_DFL) continue;
    struct sigaction action = {};
    action.sa_handler = &on_signal;
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_ONSTACK;
    sigaction(signal, &action, nullptr);
  }
}

}  // namespace redzone::testing
