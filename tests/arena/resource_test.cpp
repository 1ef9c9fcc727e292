#include "redzone/arena/resource.hpp"

#include <gtest/gtest.h>

#include <memory_resource>
#include <new>
#include <string>
#include <unordered_map>
#include <vector>

#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/base/errors.hpp"
#include "tests/arena/test_limits.hpp"

namespace redzone {
namespace {

TEST(ArenaResource, ContainersOfThePmrKindLiveInTheArena) {
  MemoryBudget budget(kLimits);
  Arena arena(budget);
  ArenaResource resource(arena);
  {
    std::pmr::unordered_map<int, std::pmr::string> names(&resource);
    for (int key = 0; key < 1000; ++key) names[key] = std::string(40, 'x');
    EXPECT_EQ(names[999].size(), 40U);
    EXPECT_TRUE(arena.owns(names[999].data()));
  }
  arena.check_invariants();
  EXPECT_TRUE(arena.reset());
}

TEST(ArenaResource, ABlockThatIsGivenBackLastIsHandedOutAgain) {
  alignas(64) std::byte buffer[1024];
  FixedArena arena(buffer);
  ArenaResource resource(arena);
  for (int round = 0; round < 100; ++round) {
    const std::pmr::vector<int> numbers(200, 7, &resource);
    EXPECT_EQ(numbers.back(), 7);
  }
  EXPECT_EQ(arena.stats().used_bytes, 0U);
}

TEST(ArenaResource, WithoutMemoryItThrowsAndTheCauseIsInTheArena) {
  MemoryBudget budget({.max_single = 4096, .max_total = 4096});
  Arena arena(budget);
  ArenaResource resource(arena);
  EXPECT_THROW((void)resource.allocate(10'000, 8), std::bad_alloc);
  EXPECT_EQ(arena.last_error().code, error_code(BaseCode::allocation_exceeds_single));
  volatile std::size_t most = SIZE_MAX;  // what the compiler does not know
  EXPECT_THROW((void)resource.allocate(most, 8), std::bad_alloc);
  EXPECT_EQ(arena.last_error().code, error_code(ArenaCode::size_too_large));
  EXPECT_NE(resource.allocate(100, 8), nullptr);
}

TEST(ArenaResource, IsEqualToAnotherOfTheSameArenaOnly) {
  FixedArena arena;
  FixedArena other_arena;
  const ArenaResource resource(arena);
  EXPECT_EQ(&resource.arena(), &arena);
  EXPECT_TRUE(resource.is_equal(ArenaResource(arena)));
  EXPECT_FALSE(resource.is_equal(ArenaResource(other_arena)));
  EXPECT_FALSE(resource.is_equal(*std::pmr::new_delete_resource()));
}

}  // namespace
}  // namespace redzone
