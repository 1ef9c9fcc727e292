#include "redzone/heap/phase.hpp"

#include <unistd.h>

#include <cstdlib>

#include "heap/forbidden_allocation.hpp"
#include "heap/line_buffer.hpp"
#include "heap/scope_state.hpp"
#include "heap/thread_state.hpp"

namespace redzone::heap {

namespace {

ScopeOptions options_of(Who who) {
  ScopeOptions options;
  options.who = who;
  return options;
}

void say(const LineBuffer& line) {
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.text(), line.size());
}

}  // namespace

void abort_phase(const char* name, const Event& event) {
  const Unwatched unwatched;
  LineBuffer first;
  first.add("redzone: allocation of ").add(event.size_bytes).add(" bytes in the phase \"");
  first.add(name).add("\", which allows none\n");
  say(first);
  for (std::size_t i = 0; i < event.stack.size(); ++i) {
    char frame[256];
    LineBuffer line;
    line.add("    #").add(i).add(" ").add(describe_frame(event.stack, i, frame)).add("\n");
    say(line);
  }
  LineBuffer last;
  last.add("Next step: allocate before the phase begins, or put a heap::AllowAllocation there\n");
  say(last);
  std::abort();
}

Phase::Phase(const char* name, OnAllocation action, Who who)
    : scope_(options_of(who), name, action == OnAllocation::abort) {}

Phase::~Phase() = default;

bool Phase::is_enforced() const {
  const Who who = scope_.state_->options.who;
  return !scope_.state_->has_no_thread &&
         capability(Quantity::allocation_count, who).exactness != Exactness::unknown;
}

std::uint64_t Phase::allocation_count() const { return scope_.state_->phase_count.load(); }

Event Phase::first() const { return scope_.state_->phase_event.load(); }

AllowAllocation::AllowAllocation() { ++thread_state.allowed_depth; }

AllowAllocation::~AllowAllocation() { --thread_state.allowed_depth; }

}  // namespace redzone::heap
