// What happens while a thread's arena is being made: the system refuses, or runs code of the
// program that wants the arena itself, as a malloc of its own would. The linker hands the calls to
// us.

#include <gtest/gtest.h>
#include <pthread.h>

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <thread>

#include "redzone/arena/arena.h"
#include "redzone/arena/errors.hpp"
#include "redzone/arena/thread_arena.hpp"

namespace redzone {
namespace {

int refusals_left = 0;
ErrorCode seen_within{};
bool looks_within = false;

void look_within() {
  looks_within = false;
  const Result<void*> block = thread_arena().try_allocate(8, 8);
  seen_within = block ? ErrorCode{} : block.error().code;
  EXPECT_EQ(ThreadArenaScope::enter("within").error(), make_error(ArenaCode::thread_recursion));
  EXPECT_EQ(thread_arena_shutdown().error(), make_error(ArenaCode::thread_recursion));
  EXPECT_EQ(redzone_arena_thread_init(), REDZONE_ARENA_THREAD_RECURSION);
  EXPECT_EQ(redzone_arena_destroy(redzone_arena_thread()), REDZONE_ARENA_OF_A_THREAD);
}

}  // namespace
}  // namespace redzone

extern "C" {
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): made by the linker
int __real_pthread_setspecific(pthread_key_t key, const void* value);
int __wrap_pthread_setspecific(pthread_key_t key, const void* value);
int __wrap_pthread_setspecific(pthread_key_t key, const void* value) {
  if (redzone::refusals_left > 0) {
    --redzone::refusals_left;
    return ENOMEM;
  }
  if (redzone::looks_within) redzone::look_within();
  return __real_pthread_setspecific(key, value);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
}

namespace redzone {
namespace {

void in_new_thread(const std::function<void()>& piece) { std::thread(piece).join(); }

TEST(ThreadArenaKey, RecursionWhileItIsMadeIsNamed) {
  in_new_thread([] {
    looks_within = true;
    EXPECT_TRUE(thread_arena().try_allocate(8, 8));
    EXPECT_FALSE(looks_within);
    EXPECT_EQ(seen_within, error_code(ArenaCode::thread_recursion));
    EXPECT_TRUE(ThreadArenaScope::enter("after"));
  });
}

TEST(ThreadArenaKey, WithoutOneEachRequestIsRefusedUntilThereIs) {
  in_new_thread([] {
    refusals_left = 3;
    const Result<void*> block = thread_arena().try_allocate(8, 8);
    ASSERT_FALSE(block);
    EXPECT_EQ(block.error().code, error_code(ArenaCode::upstream_failed));
    EXPECT_EQ(redzone_arena_thread_init(), REDZONE_ARENA_UPSTREAM_FAILED);
    EXPECT_EQ(ThreadArenaScope::enter("key").error(),
              make_error(ArenaCode::upstream_failed).with_field("thread-specific key"));
    EXPECT_EQ(refusals_left, 0);
    EXPECT_TRUE(thread_arena().try_allocate(8, 8));
  });
  EXPECT_EQ(arena_totals().arena_count, 0U);
}

TEST(ThreadArenaKey, TheArenaThatRefusesKnowsWhyAndHasScopes) {
  in_new_thread([] {
    refusals_left = 5;
    EXPECT_EQ(thread_arena().allocate(8, 8), nullptr);
    EXPECT_EQ(thread_arena().last_error().code, error_code(ArenaCode::upstream_failed));
    {
      const ArenaScope scope(thread_arena());
      EXPECT_EQ(thread_arena().allocate(8, 8), nullptr);
    }
    EXPECT_EQ(refusals_left, 1);
    refusals_left = 0;
  });
}

}  // namespace
}  // namespace redzone
