// Does right with arenas, or the one thing wrong that its argument names, so that the detector
// which this program is built with, or runs under, has something to report.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <thread>

#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/arena/scope.hpp"

namespace {

using redzone::kKiB;

// Never destroyed: an arena is alive at the end of the process.
redzone::MemoryBudget& budget =
    *new redzone::MemoryBudget{{.max_single = 64 * kKiB, .max_total = 1024 * kKiB}};

// What the optimiser may not know.
volatile std::size_t zero = 0;
volatile char sink = 0;

char* block_of(redzone::BumpArena& arena, std::size_t size_bytes) {
  auto* block = static_cast<char*>(arena.allocate(size_bytes, 8));
  if (block == nullptr) std::abort();
  return block + zero;
}

// Another thread looks at the figures while this one allocates. The arena is alive at the end of
// the process, and with it a block of malloc that only it knows.
int run_clean() {
  static auto* live = new redzone::Arena(budget);
  std::memset(block_of(*live, 37), 'a', 37);
  *reinterpret_cast<void**>(block_of(*live, sizeof(void*))) = std::malloc(1337);

  redzone::Arena arena(budget);
  std::atomic<bool> is_done = false;
  std::uint64_t seen = 0;
  std::thread reader([&] {
    while (!is_done)
      seen = std::max(seen, arena.stats().used_bytes + redzone::arena_totals().used_bytes);
  });
  for (int round = 0; round < 20; ++round) {
    for (std::size_t size_bytes = 1; size_bytes < 400; ++size_bytes) {
      std::memset(block_of(arena, size_bytes), 'b', size_bytes);
      redzone::ArenaScope scope(arena);
      std::memset(block_of(arena, 37), 'c', 37);
    }
    std::memset(block_of(arena, 20000), 'd', 20000);
    if (!arena.reset()) return 1;
  }
  is_done = true;
  reader.join();

  static char buffer[1024];
  {
    redzone::FixedArena fixed(std::as_writable_bytes(std::span(buffer)));
    std::memset(block_of(fixed, 666), 'e', 666);
  }
  return buffer[13] == 0 ? 0 : 1;
}

void use_after_reset(redzone::BumpArena& arena) {
  const char* block = block_of(arena, 37);
  if (arena.reset()) sink = block[13];
}

void overflow_of_the_tail(redzone::BumpArena& arena) { block_of(arena, 37)[37 + zero] = 'a'; }

void overflow_to_the_neighbour(redzone::BumpArena& arena) {
  char* block = block_of(arena, 40);
  block_of(arena, 40);
  block[40 + zero] = 'a';
}

void uninitialised_read(redzone::BumpArena& arena) {
  std::memset(block_of(arena, 37), 'a', 37);
  if (arena.reset() && block_of(arena, 37)[13] != 0) sink = 'a';
}

void race(redzone::BumpArena& arena) {
  char* block = block_of(arena, 37);
  std::thread other([block] { block[13] = 'a'; });
  block[13] = 'b';
  other.join();
}

struct Bug {
  std::string_view name;
  void (*plant)(redzone::BumpArena&);
};
constexpr Bug kBugs[] = {{"use_after_reset", use_after_reset},
                         {"tail", overflow_of_the_tail},
                         {"neighbour", overflow_to_the_neighbour},
                         {"uninitialised", uninitialised_read},
                         {"race", race}};

}  // namespace

int main(int argc, char** argv) {
  const std::string_view name = argc > 1 ? argv[1] : "";
  if (name == "clean") return run_clean();
  for (const Bug& bug : kBugs) {
    if (name != bug.name) continue;
    redzone::Arena arena(budget);
    bug.plant(arena);
    return 0;
  }
  std::fputs("usage: arena_bugs clean|use_after_reset|tail|neighbour|uninitialised|race\n", stderr);
  return 2;
}
