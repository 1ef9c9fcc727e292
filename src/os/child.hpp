#pragma once
// A child process that is not left behind: whoever holds a Child either reaps it or, by destroying
// it, kills its group and reaps it then. Private to os.
//
// A child that has ended but was not reaped keeps its number, so the group of that number is still
// its own: it is signalled before the child is reaped and never afterwards.

#include "redzone/base/result.hpp"
#include "redzone/os/process.hpp"

namespace redzone::os {

class Child {
 public:
  explicit Child(int number) : number_(number) {}
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  // Waits at most kProcessLimits.reap_ms for a killed child, which is then left behind.
  ~Child();

  // Whether it has ended, without reaping it. WAIT_FAILED with ECHILD: somebody else reaped it.
  [[nodiscard]] Result<bool> has_ended();

  void signal_group(int signal_number) const;

  // Reaps a child that has ended: fills in how, and what it used.
  [[nodiscard]] Status reap(ProcessOutcome& outcome);

 private:
  int number_;  // -1 when reaped: the number may belong to another process by now
};

}  // namespace redzone::os
