#include "heap/run_time_frames.hpp"

#include <dlfcn.h>

#include <atomic>
#include <cstddef>
#include <cstring>

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): names of the run-time
extern "C" __attribute__((weak)) int __sanitizer_install_malloc_and_free_hooks(
    void (*)(const volatile void*, std::size_t), void (*)(const volatile void*));
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace redzone::heap {

namespace {

// Call sites of allocation functions in a run-time are few, and frames above them often the same.
// A newcomer takes the place of whoever has the same hash.
constexpr std::size_t kRemembered = 1024;
constexpr std::uintptr_t kIsRunTime = std::uintptr_t{1} << 63U;
std::atomic<std::uintptr_t> remembered[kRemembered];

// A static run-time lies in the program itself, so its functions are known by name.
constexpr const char* kNames[] = {
    "malloc",        "calloc", "realloc", "reallocarray", "memalign", "posix_memalign",
    "aligned_alloc", "valloc", "pvalloc", "strdup",       "strndup",
};

bool is_allocation_function(const char* name) {
  // operator new and operator new[], in all their forms.
  if (std::strncmp(name, "_Znw", 4) == 0 || std::strncmp(name, "_Zna", 4) == 0) return true;
  while (*name == '_') ++name;
  constexpr char kPrefix[] = "interceptor_";
  if (std::strncmp(name, kPrefix, sizeof(kPrefix) - 1) == 0) name += sizeof(kPrefix) - 1;
  while (*name == '_') ++name;
  for (const char* known : kNames) {
    if (std::strcmp(name, known) == 0) return true;
  }
  return false;
}

bool look_up(std::uintptr_t address) {
  Dl_info hooks = {};
  Dl_info frame = {};
  const auto place = reinterpret_cast<std::uintptr_t>(&__sanitizer_install_malloc_and_free_hooks);
  // NOLINTBEGIN(performance-no-int-to-ptr): dladdr takes code addresses as pointers to data
  if (dladdr(reinterpret_cast<void*>(place), &hooks) == 0) return false;
  if (dladdr(reinterpret_cast<void*>(address - 1), &frame) == 0) return false;
  // NOLINTEND(performance-no-int-to-ptr)
  if (frame.dli_fbase != hooks.dli_fbase) return false;
  const bool is_shared =
      hooks.dli_fname != nullptr && std::strstr(hooks.dli_fname, ".so") != nullptr;
  return is_shared || (frame.dli_sname != nullptr && is_allocation_function(frame.dli_sname));
}

}  // namespace

bool is_frame_of_run_time(std::uintptr_t address) {
  if (__sanitizer_install_malloc_and_free_hooks == nullptr) return false;
  std::atomic<std::uintptr_t>& place = remembered[(address ^ (address >> 10U)) % kRemembered];
  const std::uintptr_t known = place.load(std::memory_order_relaxed);
  if ((known & ~kIsRunTime) == address) return (known & kIsRunTime) != 0;
  const bool is_run_time = look_up(address);
  place.store(address | (is_run_time ? kIsRunTime : 0), std::memory_order_relaxed);
  return is_run_time;
}

}  // namespace redzone::heap
