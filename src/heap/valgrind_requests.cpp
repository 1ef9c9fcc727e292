#include "heap/valgrind_requests.hpp"

namespace redzone::heap {

namespace {

// From valgrind.h and memcheck.h.
constexpr std::uintptr_t kRunningOnValgrind = 0x1001;
constexpr std::uintptr_t kChangeOption = 0x1203;
constexpr std::uintptr_t kMemcheck = std::uintptr_t{'M'} << 24U | std::uintptr_t{'C'} << 16U;
constexpr std::uintptr_t kDoLeakCheck = kMemcheck + 6;
constexpr std::uintptr_t kCountLeaks = kMemcheck + 7;
constexpr std::uintptr_t kCountLeakBlocks = kMemcheck + 12;
constexpr std::uintptr_t kQuick = 1;  // no list of leaks

std::uintptr_t address_of(const void* object) { return reinterpret_cast<std::uintptr_t>(object); }

// 0 where there is no Valgrind, and on processors whose instruction is not known here.
std::uintptr_t request(std::uintptr_t number, std::uintptr_t first = 0, std::uintptr_t second = 0,
                       std::uintptr_t third = 0, std::uintptr_t fourth = 0) {
  std::uintptr_t result = 0;
#if defined(__x86_64__)
  const volatile std::uintptr_t arguments[] = {number, first, second, third, fourth, 0};
  __asm__ volatile(
      "rolq $3, %%rdi; rolq $13, %%rdi; rolq $61, %%rdi; rolq $51, %%rdi\n\t"
      "xchgq %%rbx, %%rbx"
      : "=d"(result)
      : "a"(&arguments[0]), "0"(result)
      : "cc", "memory");
#else
  static_cast<void>(number + first + second + third + fourth);
#endif
  return result;
}

struct Counts {
  std::uintptr_t leaked = UINTPTR_MAX;  // a tool that does not know the request leaves it alone
  std::uintptr_t dubious = 0;
  std::uintptr_t reachable = 0;
  std::uintptr_t suppressed = 0;
};

Counts counts_of(std::uintptr_t number) {
  Counts counts;
  request(number, address_of(&counts.leaked), address_of(&counts.dubious),
          address_of(&counts.reachable), address_of(&counts.suppressed));
  return counts;
}

std::uint64_t sum(const Counts& counts) {
  return counts.leaked + counts.dubious + counts.reachable + counts.suppressed;
}

}  // namespace

bool is_under_memcheck() {
  return request(kRunningOnValgrind) != 0 && counts_of(kCountLeaks).leaked != UINTPTR_MAX;
}

ValgrindLive valgrind_live() {
  ValgrindLive live;
  if (!is_under_memcheck()) return live;
  // -q takes one from Valgrind's verbosity and -v gives it back.
  request(kChangeOption, address_of("-q"));
  request(kDoLeakCheck, kQuick);
  request(kChangeOption, address_of("-v"));
  live.is_known = true;
  live.bytes = sum(counts_of(kCountLeaks));
  live.blocks = sum(counts_of(kCountLeakBlocks));
  return live;
}

}  // namespace redzone::heap
