#pragma once
// Sources of blocks, as in sources.hpp: a thread's own arena, and the C interface.

#include <cstddef>
#include <cstdlib>
#include <span>

#include "bench/arena/sources.hpp"
#include "redzone/arena/arena.h"
#include "redzone/arena/environment.hpp"
#include "redzone/arena/thread_arena.hpp"

namespace redzone::bench {

// Every thread's arena is as the sources beside it: it does not zero, and has a chunk that is large
// enough.
struct OurThreadArena {
  explicit OurThreadArena(std::span<std::byte>) {
    static const bool kAreSet = [] {
      ArenaDefaults defaults;
      defaults.options.zero = ArenaZero::never;
      defaults.options.chunk_bytes = kMiB;
      return set_arena_defaults(defaults).has_value();
    }();
    if (!kAreSet) std::abort();
  }

  [[gnu::always_inline]] void* take(std::size_t size_bytes, std::size_t alignment) {
    return thread_arena().allocate(size_bytes, alignment);
  }
  void take_back_all() {
    if (!thread_arena().reset()) std::abort();
  }
};

// By the C interface, whose every argument is known at run time only.
struct OurByC {
  explicit OurByC(std::span<std::byte> memory) {
    redzone_arena_config config;
    redzone_arena_config_init(&config, sizeof config);
    config.bytes_max = 0;
    config.overflow = REDZONE_ARENA_OVERFLOW_ERROR;
    config.zero = REDZONE_ARENA_ZERO_NEVER;
    config.buffer = memory.data();
    config.buffer_bytes = memory.size();
    if (redzone_arena_create(&config, &arena) != REDZONE_ARENA_OK) std::abort();
  }
  OurByC(const OurByC&) = delete;
  OurByC& operator=(const OurByC&) = delete;
  ~OurByC() { redzone_arena_destroy(arena); }

  [[gnu::always_inline]] void* take(std::size_t size_bytes, std::size_t alignment) const {
    return redzone_arena_alloc_aligned(arena, size_bytes, alignment);
  }
  void take_back_all() const {
    if (redzone_arena_reset(arena) != REDZONE_ARENA_OK) std::abort();
  }

  redzone_arena* arena = nullptr;
};

}  // namespace redzone::bench
