#include "testing/crash_note.hpp"

#include <array>
#include <csignal>
#include <cstddef>
#include <cstdint>

namespace redzone::testing {
namespace {

heap::Stack* g_stack = nullptr;

// The instruction at which the signal came; 0 on processors that are not known here.
std::uintptr_t instruction_of(const void* context) {
#if defined(__x86_64__)
  return static_cast<std::uintptr_t>(
      static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP]);
#elif defined(__aarch64__)
  return static_cast<const ucontext_t*>(context)->uc_mcontext.pc;
#else
  static_cast<void>(context);
  return 0;
#endif
}

// The frames from the one that the signal stopped on, without those of whoever handles it.
[[gnu::noinline]] heap::Stack stack_from(std::uintptr_t instruction) {
  const heap::Stack whole = heap::Stack::here();
  std::array<std::uintptr_t, heap::kFramesMax> frames{};
  std::size_t count = 0;
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (count > 0) {
      frames.at(count++) = whole[i];
    } else if (whole[i] == instruction) {
      // As a return address, which is the instruction behind: that one is looked up minus 1.
      frames.at(count++) = instruction + 1;
    }
  }
  // Without this function, its caller, and the one of the C library that called that.
  return count > 0 ? heap::Stack::of(frames.data(), count) : heap::Stack::here(3);
}

void on_signal(int signal, siginfo_t* /*info*/, void* context) {
  *g_stack = stack_from(instruction_of(context));
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
    action.sa_sigaction = &on_signal;
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_ONSTACK | SA_SIGINFO;
    sigaction(signal, &action, nullptr);
  }
}

}  // namespace redzone::testing
