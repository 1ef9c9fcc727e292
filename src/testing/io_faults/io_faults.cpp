#include "redzone/testing/io_faults.hpp"

#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): names of the linker
// By --wrap, the program's calls of read reach __wrap_read, and __real_read is the C library's, or
// the interceptor of a sanitizer before it. The _chk forms are what _FORTIFY_SOURCE calls.
extern "C" {
ssize_t __real_read(int descriptor, void* buffer, std::size_t size);
ssize_t __real___read_chk(int descriptor, void* buffer, std::size_t size, std::size_t room);
ssize_t __real_pread(int descriptor, void* buffer, std::size_t size, off_t offset);
ssize_t __real___pread_chk(int descriptor, void* buffer, std::size_t size, off_t offset,
                           std::size_t room);
ssize_t __real_pread64(int descriptor, void* buffer, std::size_t size, off64_t offset);
ssize_t __real___pread64_chk(int descriptor, void* buffer, std::size_t size, off64_t offset,
                             std::size_t room);
std::size_t __real_fread(void* buffer, std::size_t size, std::size_t count, FILE* stream);
std::size_t __real___fread_chk(void* buffer, std::size_t room, std::size_t size, std::size_t count,
                               FILE* stream);

ssize_t __wrap_read(int descriptor, void* buffer, std::size_t size);
ssize_t __wrap___read_chk(int descriptor, void* buffer, std::size_t size, std::size_t room);
ssize_t __wrap_pread(int descriptor, void* buffer, std::size_t size, off_t offset);
ssize_t __wrap___pread_chk(int descriptor, void* buffer, std::size_t size, off_t offset,
                           std::size_t room);
ssize_t __wrap_pread64(int descriptor, void* buffer, std::size_t size, off64_t offset);
ssize_t __wrap___pread64_chk(int descriptor, void* buffer, std::size_t size, off64_t offset,
                             std::size_t room);
std::size_t __wrap_fread(void* buffer, std::size_t size, std::size_t count, FILE* stream);
std::size_t __wrap___fread_chk(void* buffer, std::size_t room, std::size_t size, std::size_t count,
                               FILE* stream);
}

namespace redzone::testing {
namespace {

enum class Outcome : std::uint8_t { passes, fails, is_short, is_interrupted };

// The one plan of the process. What a read needs is written before is_armed and read after it.
std::atomic<bool> g_is_armed{false};
std::atomic<std::uint64_t> g_operation_count{0};
IoFaultPlan g_plan;
bool g_is_for_all_threads = false;
const IoFaults* g_owner = nullptr;
thread_local bool t_is_armer = false;

Outcome decide() {
  if (!g_is_armed.load(std::memory_order_acquire)) return Outcome::passes;
  if (!g_is_for_all_threads && !t_is_armer) return Outcome::passes;
  const std::uint64_t number = g_operation_count.fetch_add(1) + 1;
  if (g_plan.for_ever ? number < g_plan.nth : number != g_plan.nth) return Outcome::passes;
  switch (g_plan.kind) {
    case IoFaultKind::fails:
      return Outcome::fails;
    case IoFaultKind::returns_short:
      return Outcome::is_short;
    case IoFaultKind::is_interrupted:
      return Outcome::is_interrupted;
  }
  return Outcome::passes;
}

std::size_t half(std::size_t size) { return size == 0 ? 0 : std::max<std::size_t>(1, size / 2); }

// What the read functions of descriptors have in common. `call` takes the size to read.
template <class Call>
ssize_t read_by_plan(std::size_t size, Call call) {
  switch (decide()) {
    case Outcome::passes:
      return call(size);
    case Outcome::is_short:
      return call(half(size));
    case Outcome::fails:
      errno = EIO;
      return -1;
    case Outcome::is_interrupted:
      errno = EINTR;
      return -1;
  }
  return call(size);
}

// The flags that glibc's own fread sets; there is no function for it.
void set_flag(FILE* stream, int flag) { stream->_flags |= flag; }

std::size_t fail_stream(FILE* stream, int number) {
  set_flag(stream, _IO_ERR_SEEN);
  errno = number;
  return 0;
}

// A file that ends in the middle: half of the bytes come, of which whole items count.
std::size_t read_half(void* buffer, std::size_t size, std::size_t count, FILE* stream) {
  if (size == 0 || count == 0) return 0;
  const std::size_t bytes = __real_fread(buffer, 1, half(size * count), stream);
  set_flag(stream, _IO_EOF_SEEN);
  return bytes / size;
}

template <class Call>
std::size_t fread_by_plan(void* buffer, std::size_t size, std::size_t count, FILE* stream,
                          Call call) {
  switch (decide()) {
    case Outcome::passes:
      return call();
    case Outcome::is_short:
      return read_half(buffer, size, count, stream);
    case Outcome::fails:
      return fail_stream(stream, EIO);
    case Outcome::is_interrupted:
      return fail_stream(stream, EINTR);
  }
  return call();
}

}  // namespace

void IoFaults::arm(const IoFaultPlan& plan) {
  if (g_owner != nullptr && g_owner != this) {
    constexpr std::string_view kMessage =
        "redzone: IoFaults::arm: another IoFaults is armed. Next step: one at a time\n";
    const ssize_t written = write(STDERR_FILENO, kMessage.data(), kMessage.size());
    static_cast<void>(written);
    std::abort();
  }
  g_is_armed.store(false);
  g_owner = this;
  g_plan = plan;
  g_is_for_all_threads = who_ == heap::Who::process;
  t_is_armer = true;
  g_operation_count.store(0);
  g_is_armed.store(true, std::memory_order_release);
}

void IoFaults::disarm() {
  if (g_owner != this) return;
  g_is_armed.store(false);
  operation_count_ = g_operation_count.load();
  g_owner = nullptr;
  t_is_armer = false;
}

std::uint64_t IoFaults::operations() const {
  return g_owner == this ? g_operation_count.load() : operation_count_;
}

}  // namespace redzone::testing

using redzone::testing::fread_by_plan;
using redzone::testing::read_by_plan;

ssize_t __wrap_read(int descriptor, void* buffer, std::size_t size) {
  return read_by_plan(size,
                      [=](std::size_t bytes) { return __real_read(descriptor, buffer, bytes); });
}

ssize_t __wrap___read_chk(int descriptor, void* buffer, std::size_t size, std::size_t room) {
  return read_by_plan(
      size, [=](std::size_t bytes) { return __real___read_chk(descriptor, buffer, bytes, room); });
}

ssize_t __wrap_pread(int descriptor, void* buffer, std::size_t size, off_t offset) {
  return read_by_plan(
      size, [=](std::size_t bytes) { return __real_pread(descriptor, buffer, bytes, offset); });
}

ssize_t __wrap___pread_chk(int descriptor, void* buffer, std::size_t size, off_t offset,
                           std::size_t room) {
  return read_by_plan(size, [=](std::size_t bytes) {
    return __real___pread_chk(descriptor, buffer, bytes, offset, room);
  });
}

ssize_t __wrap_pread64(int descriptor, void* buffer, std::size_t size, off64_t offset) {
  return read_by_plan(
      size, [=](std::size_t bytes) { return __real_pread64(descriptor, buffer, bytes, offset); });
}

ssize_t __wrap___pread64_chk(int descriptor, void* buffer, std::size_t size, off64_t offset,
                             std::size_t room) {
  return read_by_plan(size, [=](std::size_t bytes) {
    return __real___pread64_chk(descriptor, buffer, bytes, offset, room);
  });
}

std::size_t __wrap_fread(void* buffer, std::size_t size, std::size_t count, FILE* stream) {
  return fread_by_plan(buffer, size, count, stream,
                       [=] { return __real_fread(buffer, size, count, stream); });
}

std::size_t __wrap___fread_chk(void* buffer, std::size_t room, std::size_t size, std::size_t count,
                               FILE* stream) {
  return fread_by_plan(buffer, size, count, stream,
                       [=] { return __real___fread_chk(buffer, room, size, count, stream); });
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
