#pragma once
// The defaults that arenas of threads, and of the C interface, are made with: what the environment
// says, or what the program has set before the first of them.
//
//   REDZONE_ARENA_BYTES     the most that one arena may hold: a number and, if any, KiB, MiB or GiB
//   REDZONE_ARENA_OVERFLOW  error, panic, heap or grow
//   REDZONE_ARENA_ZERO      reset or never
//
// Bounds:  a value of at most 32 characters; 4 KiB to 1 TiB. A setuid program reads none of them.
// Threads: any. The environment is read once, by whoever asks first; the others wait for it.
// Failure: a value that is not exactly one of these is ignored, and told once on standard error,
//          with the default that holds.
// Cost:    one load with acquire, after the first time.
//
//   const ArenaDefaults defaults = arena_defaults();
//   MemoryBudget budget{defaults.budget()};
//   Arena arena(budget, defaults.options);

#include <cstdint>

#include "redzone/arena/options.hpp"
#include "redzone/base/memory_budget.hpp"

namespace redzone {

struct ArenaDefaults {
  // 64 MiB: that of a budget for GGUF files.
  std::uint64_t bytes_max = 64 * kMiB;
  ArenaOptions options;

  [[nodiscard]] MemoryBudget::Limits budget() const {
    return {.max_single = bytes_max, .max_total = bytes_max};
  }
};

[[nodiscard]] ArenaDefaults arena_defaults();

// Instead of what the environment says. BAD_OPTION, or CLOSED when the defaults have been used.
Status set_arena_defaults(const ArenaDefaults& defaults);

}  // namespace redzone
