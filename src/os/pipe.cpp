#include "os/pipe.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>

#include "os/system_error.hpp"
#include "redzone/os/byte_source.hpp"

namespace redzone::os {

namespace {

constexpr int kFirstFreeDescriptor = 3;  // after the standard streams
// A block that is only counted: a quarter of a pipe's usual capacity, on the stack.
constexpr std::size_t kDiscardBytes = 16 * kKiB;

Status move_above_standard_streams(Descriptor& descriptor, const char* field) {
  if (descriptor.get() >= kFirstFreeDescriptor) return {};
  const int moved = ::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, kFirstFreeDescriptor);
  if (moved < 0) return fail(system_error(Code::pipe_failed, field, errno));
  descriptor = Descriptor(moved);
  return {};
}

// Keeps a SIGPIPE that we cause ourselves from anybody: it is blocked, and taken back when it came.
// A SIGPIPE goes to the thread that writes, so other threads are not touched.
class SigpipeGuard {
 public:
  SigpipeGuard() {
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    sigemptyset(&sigpipe_);
    sigaddset(&sigpipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &sigpipe_, &before_);
  }
  SigpipeGuard(const SigpipeGuard&) = delete;
  SigpipeGuard& operator=(const SigpipeGuard&) = delete;
  ~SigpipeGuard() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  void take_back() {
    if (was_pending_) return;
    constexpr timespec kNow{};
    for (unsigned attempt = 0; attempt <= kInterruptionsMax; ++attempt) {
      if (sigtimedwait(&sigpipe_, nullptr, &kNow) >= 0 || errno != EINTR) return;
    }
  }

 private:
  sigset_t sigpipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

}  // namespace

Result<Pipe> make_pipe(PipeUser ours, const char* field) {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(system_error(Code::pipe_failed, field, errno));
  }
  Pipe pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  for (Descriptor* end : {&pipe.read_end, &pipe.write_end}) {
    const Status moved = move_above_standard_streams(*end, field);
    if (!moved) return fail(moved.error());
  }
  // Of our end alone: the two ends are two open files, and a child expects to wait on its own.
  const int own = (ours == PipeUser::reads ? pipe.read_end : pipe.write_end).get();
  if (::fcntl(own, F_SETFL, O_NONBLOCK) != 0) {
    return fail(system_error(Code::pipe_failed, field, errno));
  }
  return pipe;
}

Result<bool> collect(int descriptor, CapturedOutput& output, std::uint64_t most) {
  std::array<std::byte, kDiscardBytes> discarded;
  std::uint64_t done = 0;
  unsigned interruptions = 0;
  while (done < most) {
    const std::span<std::byte> room =
        output.buffer.bytes().subspan(static_cast<std::size_t>(output.kept_bytes));
    const std::span<std::byte> target = room.empty() ? std::span<std::byte>(discarded) : room;
    const ssize_t got = ::read(descriptor, target.data(), target.size());
    if (got == 0) return true;
    if (got < 0) {
      if (errno == EAGAIN) return false;
      if (errno == EINTR && ++interruptions <= kInterruptionsMax) continue;
      return fail(read_error(errno, output.total_bytes));
    }
    const auto count = static_cast<std::uint64_t>(got);
    if (!room.empty()) output.kept_bytes += count;
    output.total_bytes += count;
    done += count;
  }
  return false;
}

Result<WriteStep> write_some(int descriptor, std::span<const std::byte> bytes,
                             std::uint64_t offset) {
  SigpipeGuard guard;
  for (unsigned interruptions = 0; interruptions <= kInterruptionsMax; ++interruptions) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) return WriteStep{.written_bytes = static_cast<std::size_t>(written)};
    if (errno == EAGAIN) return WriteStep{};
    if (errno == EPIPE) {
      guard.take_back();
      return WriteStep{.is_closed = true};
    }
    if (errno != EINTR) break;
  }
  return fail(
      system_error(Code::write_failed, "process.standard_input", errno).with_offset(offset));
}

}  // namespace redzone::os
