// What a leak check says while arenas are alive: nothing, whatever points from where to where. In
// builds without a leak check the same programs run, and prove nothing about leaks.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/base/valgrind_request.hpp"

// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): of the run-time
extern "C" [[gnu::weak]] int __lsan_do_recoverable_leak_check();

namespace redzone {
namespace {

// Looks for leaks now, in all memory of the process.
bool is_anything_leaked() {
  if (__lsan_do_recoverable_leak_check != nullptr) return __lsan_do_recoverable_leak_check() != 0;
  if (!is_under_memcheck()) return false;
  std::uintptr_t counts[] = {0, 0, 0, 0};  // leaked, dubious, reachable, suppressed
  const auto begin = reinterpret_cast<std::uintptr_t>(&counts[0]);
  constexpr std::uintptr_t kEach = sizeof counts[0];
  valgrind_request(kMemcheckDoLeakCheck);
  valgrind_request(kMemcheckCountLeakBlocks, begin, begin + kEach, begin + 2 * kEach,
                   begin + 3 * kEach);
  return counts[0] + counts[1] > 0;
}

// A list through blocks of an arena, each of which holds the only pointer to a block of malloc.
struct Link {
  Link* next;
  void* owned;
};

Link* linked(BumpArena& arena, std::size_t count) {
  Link* first = nullptr;
  for (std::size_t index = 0; index < count; ++index) {
    const Result<Link*> link = arena.make<Link>(first, std::malloc(37));
    if (!link) break;
    first = *link;
  }
  return first;
}

void free_owned(Link* first) {
  for (; first != nullptr; first = first->next) std::free(first->owned);
}

class ArenaLeaks : public testing::Test {
 protected:
  MemoryBudget budget_{{.max_single = 64 * kKiB, .max_total = 4 * kMiB}};
};

TEST_F(ArenaLeaks, AreNotSeenInBlocksOfManyChunks) {
  Arena arena(budget_, {.chunk_bytes = 512, .chunk_bytes_max = 512});
  Link* first = linked(arena, 200);
  EXPECT_GT(arena.stats().chunk_count, 5U);
  EXPECT_FALSE(is_anything_leaked());
  free_owned(first);
}

TEST_F(ArenaLeaks, AreNotSeenInBlocksOfTheirOwn) {
  Arena arena(budget_);
  Link* first = nullptr;
  for (int index = 0; index < 10; ++index) {
    const Result<void*> large = arena.try_allocate(8000, 8);
    ASSERT_TRUE(large);
    first = ::new (*large) Link{first, std::malloc(37)};
  }
  EXPECT_EQ(arena.stats().own_block_count, 10U);
  EXPECT_FALSE(is_anything_leaked());
  free_owned(first);
}

TEST_F(ArenaLeaks, AreNotSeenInChunksThatWaitForTheNextRound) {
  Arena arena(budget_, {.chunk_bytes = 512, .chunk_bytes_max = 512});
  ASSERT_TRUE(arena.try_allocate(64, 8));
  const ArenaMark mark = arena.mark();
  free_owned(linked(arena, 200));
  ASSERT_TRUE(arena.rewind(mark));
  EXPECT_GT(arena.stats().chunk_count, 5U);
  EXPECT_FALSE(is_anything_leaked());

  ASSERT_TRUE(arena.reset());
  EXPECT_GT(arena.stats().chunk_count, 5U);
  EXPECT_FALSE(is_anything_leaked());

  Link* first = linked(arena, 50);
  EXPECT_FALSE(is_anything_leaked());
  free_owned(first);
}

// Memcheck does not search a block of malloc in which it knows a block of a pool: the links between
// chunks stand in such blocks.
TEST_F(ArenaLeaks, AreNotSeenInAChunkWhoseOnlyBlockWasShrunkAway) {
  Arena arena(budget_, {.chunk_bytes = 512, .chunk_bytes_max = 512});
  void* last = nullptr;
  while (arena.stats().chunk_count < 3) {
    last = arena.allocate(40, 8);
    ASSERT_NE(last, nullptr);
  }
  ASSERT_TRUE(arena.shrink_last(last, 40, 0));
  EXPECT_FALSE(is_anything_leaked());
}

TEST_F(ArenaLeaks, AreNotSeenInAnArenaThatMoved) {
  std::optional<Arena> source(std::in_place, budget_);
  Link* first = linked(*source, 20);
  const auto target = std::make_unique<Arena>(std::move(*source));
  source.reset();
  EXPECT_FALSE(is_anything_leaked());
  free_owned(first);
}

// An object of malloc that has the buffer, the arena and something else.
struct Server {
  alignas(64) std::byte buffer[1024];
  FixedArena arena{buffer};
  std::vector<int> numbers = std::vector<int>(37);
};

TEST_F(ArenaLeaks, AreNotSeenBesideABufferWithinAnotherObject) {
  const auto server = std::make_unique<Server>();
  Link* first = linked(server->arena, 10);
  EXPECT_FALSE(is_anything_leaked());
  free_owned(first);
}

TEST_F(ArenaLeaks, AreNotSeenInAnArenaWithinABlockOfAnother) {
  Arena outer(budget_);
  const Result<std::span<std::byte>> buffer = outer.make_array_for_overwrite<std::byte>(1024);
  ASSERT_TRUE(buffer);
  FixedArena inner(*buffer);
  Link* first = linked(inner, 10);
  EXPECT_FALSE(is_anything_leaked());
  free_owned(first);
}

class FromAnArena final : public ArenaUpstream {
 public:
  explicit FromAnArena(BumpArena& arena) : arena_(arena) {}
  [[nodiscard]] Block take(std::size_t size_bytes, bool /*want_zero*/) noexcept override {
    return {.memory = arena_.allocate(size_bytes, kArenaChunkAlignment)};
  }
  void give_back(void* /*memory*/, std::size_t /*size_bytes*/) noexcept override {}

 private:
  BumpArena& arena_;
};

TEST_F(ArenaLeaks, AreNotSeenInAnArenaWhoseUpstreamIsAnother) {
  Arena outer(budget_, {.chunk_bytes = 16 * kKiB});
  FromAnArena upstream(outer);
  MemoryBudget budget{{.max_single = 64 * kKiB, .max_total = kMiB}};
  Arena inner(budget, {.chunk_bytes = 512, .chunk_bytes_max = 512, .upstream = &upstream});
  Link* first = linked(inner, 50);
  EXPECT_FALSE(is_anything_leaked());
  free_owned(first);
}

// Never destroyed: the leak check at the end of the process finds them alive.
TEST_F(ArenaLeaks, AreNotSeenAtTheEndOfTheProcess) {
  static auto* budget = new MemoryBudget{{.max_single = 64 * kKiB, .max_total = kMiB}};
  static auto* arena = new Arena(*budget, {.chunk_bytes = 512, .chunk_bytes_max = 512});
  linked(*arena, 100);
  static auto* server = new Server;
  linked(server->arena, 10);
  EXPECT_FALSE(is_anything_leaked());
}

}  // namespace
}  // namespace redzone
