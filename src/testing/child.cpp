#include "testing/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <new>  // IWYU pragma: keep

#include "testing/crash_note.hpp"
#include "testing/watchdog.hpp"

namespace redzone::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPollMs = 10;

// A RunRecord that parent and child see.
class SharedRecord {
 public:
  SharedRecord()
      : memory_(mmap(nullptr, sizeof(RunRecord), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                     -1, 0)) {
    if (memory_ != MAP_FAILED) record_ = new (memory_) RunRecord();
  }
  SharedRecord(const SharedRecord&) = delete;
  SharedRecord& operator=(const SharedRecord&) = delete;
  ~SharedRecord() {
    if (memory_ != MAP_FAILED) munmap(memory_, sizeof(RunRecord));
  }
  [[nodiscard]] RunRecord* get() const { return record_; }

 private:
  void* memory_;
  RunRecord* record_ = nullptr;
};

[[noreturn]] void be_the_child(const detail::Block& block, Attack& attack,
                               std::uint64_t operation_count_max, RunRecord& record,
                               int error_output) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(error_output, STDERR_FILENO);
  note_crash_in(record.crash_stack);
  const Watchdog watchdog(attack, operation_count_max, &record, nullptr);
  run_block(block, attack, record);
  record.is_finished = true;
  // No destructors and no check at exit: they belong to the parent.
  _exit(0);
}

// Keeps the first bytes of what comes, and drops the rest, so that the child never waits for us.
void drain(int descriptor, std::string& kept) {
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t size = read(descriptor, buffer.data(), buffer.size());
    if (size <= 0) return;
    const std::size_t room = kChildOutputBytesMax - std::min(kept.size(), kChildOutputBytesMax);
    kept.append(buffer.data(), std::min(room, static_cast<std::size_t>(size)));
  }
}

// Waits until the child has ended or must. False: it had to be killed.
bool wait_for(pid_t child, int descriptor, Clock::time_point deadline, int& status,
              std::string& output) {
  bool is_in_time = true;
  for (;;) {
    pollfd polled = {};
    polled.fd = descriptor;
    polled.events = POLLIN;
    poll(&polled, 1, kPollMs);
    drain(descriptor, output);
    // Peeked at first: while the zombie is there, its number is nobody else's.
    siginfo_t info = {};
    const int error = waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT);
    if (error == 0 && info.si_pid == child) break;
    if (error != 0 && errno != EINTR) break;
    if ((polled.revents & POLLHUP) != 0) usleep(kPollMs * 1000 / 10);
    if (is_in_time && Clock::now() >= deadline) {
      is_in_time = false;
      kill(-child, SIGKILL);
      kill(child, SIGKILL);
    }
  }
  kill(-child, SIGKILL);  // what it started and left behind
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  drain(descriptor, output);
  return is_in_time;
}

}  // namespace

void run_in_child(const detail::Block& block, Attack& attack, std::uint64_t operation_count_max,
                  unsigned seconds_max, ChildResult& result) {
  const SharedRecord shared;
  std::array<int, 2> pipe_ends{};
  if (shared.get() == nullptr || pipe2(pipe_ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
    result.number = errno;
    return;
  }
  // The child writes without waiting only where its reader is too slow: that end blocks.
  fcntl(pipe_ends[1], F_SETFL, 0);
  const Clock::time_point deadline = Clock::now() + std::chrono::seconds(seconds_max);
  const pid_t child = fork();
  if (child == 0) {
    be_the_child(block, attack, operation_count_max, *shared.get(), pipe_ends[1]);
  }
  const int fork_error = errno;
  close(pipe_ends[1]);
  if (child < 0) {
    close(pipe_ends[0]);
    result.number = fork_error;
    return;
  }
  setpgid(child, child);  // whoever of the two comes first
  int status = 0;
  const bool is_in_time = wait_for(child, pipe_ends[0], deadline, status, result.error_output);
  close(pipe_ends[0]);
  result.record = *shared.get();
  if (result.record.is_finished) {
    result.end = ChildEnd::finished;
  } else if (result.record.is_endless) {
    result.end = ChildEnd::endless;
  } else if (!is_in_time) {
    result.end = ChildEnd::timed_out;
  } else if (WIFSIGNALED(status)) {
    result.end = ChildEnd::signalled;
    result.number = WTERMSIG(status);
  } else {
    result.end = ChildEnd::exited;
    result.number = WEXITSTATUS(status);
  }
}

}  // namespace redzone::testing
