#include "os/child.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>

#include <cerrno>

#include "os/system_error.hpp"
#include "redzone/base/check.hpp"

namespace redzone::os {

namespace {

std::uint64_t microseconds(const timeval& time) {
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(time.tv_usec);
}

std::uint64_t rss_bytes(const rusage& usage) {
  return static_cast<std::uint64_t>(usage.ru_maxrss) * kKiB;  // Linux counts it in KiB
}

void note_usage(const rusage& usage, ProcessOutcome& outcome) {
  outcome.user_us = microseconds(usage.ru_utime);
  outcome.system_us = microseconds(usage.ru_stime);
  outcome.rss_max_bytes = rss_bytes(usage);
  rusage own = {};
  getrusage(RUSAGE_SELF, &own);
  // Linux sums up resident pages per processor and lets the sums lag: allow for a sixteenth.
  const std::uint64_t own_bytes = rss_bytes(own);
  outcome.is_rss_only_a_bound = outcome.rss_max_bytes <= own_bytes + own_bytes / 16;
}

}  // namespace

Child::~Child() {
  if (number_ < 0) return;
  signal_group(SIGKILL);
  for (std::uint64_t waited_ms = 0; waited_ms <= kProcessLimits.reap_ms; ++waited_ms) {
    if (wait4(number_, nullptr, WNOHANG, nullptr) != 0) return;
    poll(nullptr, 0, 1);
  }
}

Result<bool> Child::has_ended() {
  siginfo_t info = {};
  if (waitid(P_PID, static_cast<id_t>(number_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    const int number = errno;
    if (number == ECHILD) number_ = -1;
    return fail(system_error(Code::wait_failed, "waitid", number));
  }
  return info.si_pid != 0;
}

void Child::signal_group(int signal_number) const {
  REDZONE_CHECK(number_ > 1);  // -1 and 0 would mean everybody, and ourselves
  if (::kill(-number_, signal_number) == 0 || errno != ESRCH) return;
  // Under tools that run posix_spawn as a fork, the child may not yet lead its group.
  ::kill(number_, signal_number);
}

Status Child::reap(ProcessOutcome& outcome) {
  int status = 0;
  rusage usage = {};
  const int reaped = wait4(number_, &status, WNOHANG, &usage);
  if (reaped != number_) {
    const int number = reaped == 0 ? ETIMEDOUT : errno;
    if (number == ECHILD) number_ = -1;
    return fail(system_error(Code::wait_failed, "wait4", number));
  }
  number_ = -1;
  if (WIFSIGNALED(status)) {
    outcome.end = ProcessEnd::killed_by_signal;
    outcome.signal_number = WTERMSIG(status);
  } else {
    outcome.end = ProcessEnd::exited;
    outcome.exit_code = WEXITSTATUS(status);
  }
  note_usage(usage, outcome);
  return {};
}

}  // namespace redzone::os
