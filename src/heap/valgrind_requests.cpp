#include "heap/valgrind_requests.hpp"

#include "redzone/base/valgrind_request.hpp"

namespace redzone::heap {

namespace {

constexpr std::uintptr_t kQuick = 1;  // no list of leaks

std::uintptr_t address_of(const void* object) { return reinterpret_cast<std::uintptr_t>(object); }

struct Counts {
  std::uintptr_t leaked = 0;
  std::uintptr_t dubious = 0;
  std::uintptr_t reachable = 0;
  std::uintptr_t suppressed = 0;
};

Counts counts_of(std::uintptr_t number) {
  Counts counts;
  valgrind_request(number, address_of(&counts.leaked), address_of(&counts.dubious),
                   address_of(&counts.reachable), address_of(&counts.suppressed));
  return counts;
}

std::uint64_t sum(const Counts& counts) {
  return counts.leaked + counts.dubious + counts.reachable + counts.suppressed;
}

}  // namespace

ValgrindLive valgrind_live() {
  ValgrindLive live;
  if (!is_under_memcheck()) return live;
  // -q takes one from Valgrind's verbosity and -v gives it back.
  valgrind_request(kValgrindChangeOption, address_of("-q"));
  valgrind_request(kMemcheckDoLeakCheck, kQuick);
  valgrind_request(kValgrindChangeOption, address_of("-v"));
  live.is_known = true;
  live.bytes = sum(counts_of(kMemcheckCountLeaks));
  live.blocks = sum(counts_of(kMemcheckCountLeakBlocks));
  return live;
}

}  // namespace redzone::heap
