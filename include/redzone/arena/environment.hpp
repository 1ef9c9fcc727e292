#pragma once
// The defaults that arenas of threads, and of the C interface, are made with: what the environment
// says, or what the program has set before the first of them.
//
//   REDZONE_ARENA_BYTES     the most that one arena may hold: a number, and KiB, MiB or GiB if any
//                           directly behind it; 64MiB without
//   REDZONE_ARENA_OVERFLOW  error, panic, heap or grow; grow without
//   REDZONE_ARENA_ZERO      reset or never; reset without
//
// Bounds:  a value of at most 32 characters; 4 KiB to 1 TiB. A setuid program reads none of them.
// Threads: any. The environment is read once, by whoever asks first; the others wait for it, also
//          in a process that was forked meanwhile. What the program itself does to its environment
//          at that moment is a race, as with getenv.
// Failure: a value that is not exactly one of these is ignored, and told once on standard error,
//          with the default that holds.
// Cost:    one load with acquire, after the first time.
//
//   const ArenaDefaults defaults = arena_defaults();
//   MemoryBudget budget{defaults.budget()};
//   Arena arena(budget, defaults.options);

#include <cstdint>

#include "redzone/arena/options.hpp"
#include "redzone/base/bytes.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/base/result.hpp"

namespace redzone {

// What ArenaDefaults::bytes_max may be: one chunk of the default size, and more than machines have.
inline constexpr std::uint64_t kArenaBytesMin = 4 * kKiB;
inline constexpr std::uint64_t kArenaBytesMax = 1024 * kGiB;

struct ArenaDefaults {
  // 64 MiB: that of a budget for GGUF files.
  std::uint64_t bytes_max = 64 * kMiB;
  ArenaOptions options{};

  [[nodiscard]] MemoryBudget::Limits budget() const {
    return {.max_single = bytes_max, .max_total = bytes_max};
  }
};

[[nodiscard]] ArenaDefaults arena_defaults();

// Instead of what the environment says, which is then never read. Once, before the defaults are
// asked for; DEFAULTS_IN_USE afterwards. BAD_OPTION changes nothing.
[[nodiscard]] Status set_arena_defaults(const ArenaDefaults& defaults);

}  // namespace redzone
