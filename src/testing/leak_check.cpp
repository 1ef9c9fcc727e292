#include "testing/leak_check.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "redzone/testing/test_watch.hpp"
#include "testing/unmeasured.hpp"

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): names of the run-times
extern "C" {
// Of the run-times of LeakSanitizer and AddressSanitizer; null in other programs.
[[gnu::weak]] int __lsan_do_recoverable_leak_check();
[[gnu::weak]] void __sanitizer_set_report_fd(void* descriptor);
[[gnu::weak]] void __sanitizer_set_death_callback(void (*callback)());
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace redzone::testing {
namespace {

// Deeper than what a test calls, and than the check itself.
constexpr std::size_t kWipedBytes = 64 * 1024;
constexpr std::size_t kReportBytesMax = 1024 * 1024;

int g_capture = -1;

std::string read_from(int descriptor, std::uint64_t offset) {
  std::string text(kReportBytesMax, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = pread(descriptor, text.data() + size, text.size() - size,
                              static_cast<off_t>(offset + size));
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

// A check that cannot be done ends the program: what it says then must not stay in the capture.
void show_capture() {
  const std::string text = read_from(g_capture, 0);
  const ssize_t written = write(STDERR_FILENO, text.data(), text.size());
  static_cast<void>(written);
}

void point_reports_at(int descriptor) {
  const auto number = static_cast<std::intptr_t>(descriptor);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the run-time takes the number in place of a pointer
  __sanitizer_set_report_fd(reinterpret_cast<void*>(number));
}

// Nobody is blamed for what could not be read; the check at the end of the program reports it.
std::string not_read() {
  return note_unmeasured("leaks of a test", "the report of the leak check could not be read back");
}

std::string check_into_capture() {
  g_capture = memfd_create("redzone-leak-report", MFD_CLOEXEC);
  if (g_capture < 0) return not_read();
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(&show_capture);
  point_reports_at(g_capture);
  const bool has_leaks = __lsan_do_recoverable_leak_check() != 0;
  point_reports_at(STDERR_FILENO);
  if (__sanitizer_set_death_callback != nullptr) __sanitizer_set_death_callback(nullptr);
  std::string report = has_leaks ? read_from(g_capture, 0) : "";
  close(g_capture);
  g_capture = -1;
  return report;
}

// The value of log_path in the sanitizers' options: reports go to files that begin so.
std::string log_path() {
  for (const char* const name : {"ASAN_OPTIONS", "LSAN_OPTIONS"}) {
    const char* const options = std::getenv(name);
    if (options == nullptr) continue;
    const std::string_view text = options;
    const std::string_view key = "log_path=";
    const std::size_t at = text.find(key);
    if (at == std::string_view::npos) continue;
    std::string_view value = text.substr(at + key.size());
    const bool is_quoted = !value.empty() && (value[0] == '\'' || value[0] == '"');
    if (is_quoted) {
      const char quote = value[0];
      value.remove_prefix(1);
      value = value.substr(0, value.find(quote));
    } else {
      value = value.substr(0, value.find_first_of(": ,\n\t"));
    }
    return std::string(value) + '.' + std::to_string(getpid());
  }
  return "";
}

// A report file cannot be pointed elsewhere and back without losing what it holds: what the check
// appends is read from it, and stays there.
std::string check_into_log(const std::string& path) {
  const int before = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const off_t end = before < 0 ? 0 : lseek(before, 0, SEEK_END);
  if (before >= 0) close(before);
  if (__lsan_do_recoverable_leak_check() == 0) return "";
  const int after = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (after < 0) return not_read();
  std::string report = read_from(after, static_cast<std::uint64_t>(std::max<off_t>(end, 0)));
  close(after);
  return report;
}

}  // namespace

// The array has to be on the stack itself, where a check of use after return would move it
// elsewhere.
__attribute__((no_sanitize("address"))) void wipe_unused_stack() {
  char unused[kWipedBytes];
  for (char& byte : unused) byte = 0;
  asm volatile("" : : "r"(unused) : "memory");
}

bool can_check_leaks() {
  const char* const wanted = std::getenv("REDZONE_LEAKS_PER_TEST");
  return __lsan_do_recoverable_leak_check != nullptr && __sanitizer_set_report_fd != nullptr &&
         (wanted == nullptr || std::strcmp(wanted, "0") != 0);
}

std::string check_leaks() {
  const std::string log = log_path();
  return log.empty() ? check_into_capture() : check_into_log(log);
}

}  // namespace redzone::testing
