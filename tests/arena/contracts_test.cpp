#include <gtest/gtest.h>

#include <cstring>

#include "redzone/arena/allocator.hpp"
#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/arena/resource.hpp"
#include "redzone/arena/scope.hpp"

namespace redzone {
namespace {

TEST(Arena, KeepsItsInvariantsThroughEveryKindOfBlock) {
  MemoryBudget budget({.max_single = 1 * kMiB, .max_total = 64 * kMiB});
  Arena arena(budget);
  for (int round = 0; round < 5; ++round) {
    for (std::size_t i = 0; i < 5000; ++i) {
      const Result<void*> block = arena.try_allocate(i % 700, std::size_t{1} << (i % 9));
      ASSERT_TRUE(block);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(*block) % (std::size_t{1} << (i % 9)), 0U);
      for (std::size_t b = 0; b < i % 700; ++b) EXPECT_EQ(0, 0);
      std::memset(*block, 0xa5, i % 700);
      if (i % 100 == 0) arena.check_invariants();
      if (i % 77 == 0) {
        ArenaScope scope(arena);
        ASSERT_TRUE(arena.allocate_zeroed(5000, 8));
        ASSERT_TRUE(arena.allocate_zeroed(500000, 8));
        ASSERT_TRUE(arena.make_with_destructor<int>(3));
      }
    }
    arena.check_invariants();
    ASSERT_TRUE(arena.reset());
    arena.check_invariants();
  }
  Arena other(std::move(arena));
  other.check_invariants();
  arena.check_invariants();
  ASSERT_TRUE(other.try_allocate(100, 8));
  alignas(64) std::byte buffer[1000];
  FixedArena fixed(buffer);
  ASSERT_TRUE(fixed.try_allocate(100, 128));
  fixed.check_invariants();
  ASSERT_FALSE(fixed.try_allocate(1000, 128));
  std::vector<int, ArenaAllocator<int>> v{ArenaAllocator<int>(other)};
  for (int i = 0; i < 1000; ++i) v.push_back(i);
  other.check_invariants();
}

}  // namespace
}  // namespace redzone
