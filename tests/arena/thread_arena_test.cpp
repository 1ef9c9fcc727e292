// The arenas of threads: made, used again, ended with their thread, and never used after it.

#include "redzone/arena/thread_arena.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "arena/thread_state.hpp"
#include "redzone/arena/environment.hpp"
#include "redzone/arena/errors.hpp"
#include "redzone/base/errors.hpp"
#include "tests/arena/in_child.hpp"

namespace redzone {
namespace {

using tests::ChildEnd;
using tests::in_child;

ErrorCode code_of_request() {
  const Result<void*> block = thread_arena().try_allocate(8, 8);
  return block ? ErrorCode{} : block.error().code;
}

ErrorCode code_of_scope(const char* name) {
  const Result<ThreadArenaScope> scope = ThreadArenaScope::enter(name);
  return scope ? ErrorCode{} : scope.error().code;
}

ErrorCode code_of_shutdown() {
  const Status done = thread_arena_shutdown();
  return done ? ErrorCode{} : done.error().code;
}

class ThreadArena : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(thread_arena_shutdown()); }
  void TearDown() override {
    ASSERT_TRUE(thread_arena_shutdown());
    EXPECT_EQ(arena_totals().arena_count, before_.arena_count);
    EXPECT_EQ(arena_totals().held_bytes, before_.held_bytes);
  }
  const ArenaTotals before_ = arena_totals();
};

TEST_F(ThreadArena, IsTheSameUntilItIsShutDown) {
  BumpArena& arena = thread_arena();
  EXPECT_EQ(&thread_arena(), &arena);
  EXPECT_STREQ(arena.options().name, "thread arena");
  EXPECT_TRUE(arena.try_allocate(100, 8));
  EXPECT_EQ(arena_totals().arena_count, before_.arena_count + 1);
  arena.check_invariants();
}

TEST_F(ThreadArena, IsAnotherInEachThread) {
  Result<int*> mine = thread_arena().make<int>(1);
  const BumpArena* others = nullptr;
  std::thread([&] {
    others = &thread_arena();
    Result<int*> theirs = thread_arena().make<int>(2);
    ASSERT_TRUE(theirs);
    EXPECT_NE(*mine, *theirs);
  }).join();
  EXPECT_NE(others, &thread_arena());
  EXPECT_EQ(**mine, 1);
}

TEST_F(ThreadArena, HasABudgetOfItsOwn) {
  const std::uint64_t most = arena_defaults().bytes_max;
  const Result<void*> block = thread_arena().try_allocate(most, 8);
  ASSERT_FALSE(block);
  EXPECT_EQ(block.error().code, error_code(BaseCode::allocation_exceeds_single));
}

TEST_F(ThreadArena, BeginsAnewAfterItsShutdown) {
  ASSERT_TRUE(thread_arena().try_allocate(100'000, 8));
  EXPECT_GE(arena_totals().held_bytes, before_.held_bytes + 100'000);
  EXPECT_TRUE(thread_arena_shutdown());
  EXPECT_EQ(arena_totals().held_bytes, before_.held_bytes);
  EXPECT_TRUE(thread_arena_shutdown());  // there is none
  EXPECT_EQ(thread_arena().stats().used_bytes, 0U);
  EXPECT_TRUE(thread_arena().try_allocate(100, 8));
}

TEST_F(ThreadArena, ThatIsClosedBeginsAnewToo) {
  thread_arena().close();
  EXPECT_EQ(code_of_request(), error_code(ArenaCode::closed));
  EXPECT_TRUE(thread_arena_shutdown());
  EXPECT_EQ(code_of_request(), ErrorCode{});
}

TEST_F(ThreadArena, IsNotShutDownWithAScopeOpenNorWhileSealed) {
  {
    const ArenaScope scope(thread_arena());
    EXPECT_EQ(code_of_shutdown(), error_code(ArenaCode::scope_open));
  }
  thread_arena().seal();
  EXPECT_EQ(code_of_shutdown(), error_code(ArenaCode::sealed));
  thread_arena().unseal();
  EXPECT_EQ(code_of_shutdown(), ErrorCode{});
}

// What the destructor of an object in the arena meets.
struct Met {
  ErrorCode request{};
  ErrorCode scope{};
  ErrorCode shutdown{};
  int times = 0;
};

struct Meets {
  explicit Meets(Met& where) : met(where) {}
  Meets(const Meets&) = delete;
  Meets& operator=(const Meets&) = delete;
  ~Meets() {
    met = {.request = code_of_request(),
           .scope = code_of_scope("destructor"),
           .shutdown = code_of_shutdown(),
           .times = met.times + 1};
  }
  Met& met;
};

TEST_F(ThreadArena, ThatIsClosedIsNotShutDownWithAScopeOpen) {
  std::thread([] {
    thread_arena().close();
    const ArenaScope scope(thread_arena());
    EXPECT_EQ(thread_arena_shutdown().error().code, error_code(ArenaCode::scope_open));
  }).join();
}

TEST_F(ThreadArena, IsBusyWhileItIsShutDown) {
  Met met;
  ASSERT_TRUE(thread_arena().make_with_destructor<Meets>(met));
  EXPECT_TRUE(thread_arena_shutdown());
  EXPECT_EQ(met.times, 1);
  EXPECT_EQ(met.request, error_code(ArenaCode::busy));
  EXPECT_EQ(met.scope, ErrorCode{});  // in which every request is BUSY
  EXPECT_EQ(met.shutdown, error_code(ArenaCode::busy));
}

TEST_F(ThreadArena, EndsWithItsThread) {
  Met met;
  for (int round = 0; round < 20; ++round) {
    std::thread([&] {
      ASSERT_TRUE(thread_arena().make_with_destructor<Meets>(met));
      for (int time = 0; time < 10; ++time) ASSERT_TRUE(thread_arena().try_allocate(10'000, 8));
      ASSERT_TRUE(thread_arena().try_allocate(1'000'000, 8));
    }).join();
  }
  EXPECT_EQ(met.times, 20);
  const ErrorCode exiting = error_code(ArenaCode::thread_exiting);
  EXPECT_EQ(met.request, exiting);
  EXPECT_EQ(met.scope, exiting);
  EXPECT_EQ(met.shutdown, exiting);
}

struct UsesAtEnd {
  UsesAtEnd() = default;
  UsesAtEnd(const UsesAtEnd&) = delete;
  UsesAtEnd& operator=(const UsesAtEnd&) = delete;
  ~UsesAtEnd() {
    if (result != nullptr) *result = code_of_request();
  }
  ErrorCode* result = nullptr;
};

TEST_F(ThreadArena, ServesTheDestructorsOfAllThreadLocalObjects) {
  const ErrorCode unset = error_code(ArenaCode::sealed);
  ErrorCode before = unset;
  ErrorCode after = unset;
  std::thread([&] {
    thread_local UsesAtEnd made_before;
    made_before.result = &before;
    ASSERT_TRUE(thread_arena().try_allocate(8, 8));
    thread_local UsesAtEnd made_after;
    made_after.result = &after;
  }).join();
  EXPECT_EQ(before, ErrorCode{});
  EXPECT_EQ(after, ErrorCode{});
}

// A key of the test's own. glibc destroys in the order of creation: that of the arenas is older.
class LaterKey {
 public:
  LaterKey() {
    static_cast<void>(thread_arena());
    EXPECT_EQ(pthread_key_create(&key_,
                                 [](void* met) {
                                   *static_cast<Met*>(met) = {
                                       .request = code_of_request(),
                                       .scope = code_of_scope("key"),
                                       .shutdown = code_of_shutdown(),
                                       .times = static_cast<Met*>(met)->times + 1};
                                 }),
              0);
  }
  LaterKey(const LaterKey&) = delete;
  LaterKey& operator=(const LaterKey&) = delete;
  ~LaterKey() { pthread_key_delete(key_); }
  void set(Met& met) const { EXPECT_EQ(pthread_setspecific(key_, &met), 0); }

 private:
  pthread_key_t key_{};
};

TEST_F(ThreadArena, RefusesWhatRunsAfterItsEnd) {
  const LaterKey key;
  Met met;
  std::thread([&] {
    key.set(met);
    ASSERT_TRUE(thread_arena().try_allocate(8, 8));
  }).join();
  EXPECT_EQ(met.times, 1);
  const ErrorCode exiting = error_code(ArenaCode::thread_exiting);
  EXPECT_EQ(met.request, exiting);
  EXPECT_EQ(met.scope, exiting);
  EXPECT_EQ(met.shutdown, exiting);
}

TEST_F(ThreadArena, OfAThreadThatShutItDownRefusesLikewise) {
  const LaterKey key;
  Met met;
  std::thread([&] {
    key.set(met);
    ASSERT_TRUE(thread_arena().try_allocate(8, 8));
    ASSERT_TRUE(thread_arena_shutdown());
  }).join();
  EXPECT_EQ(met.request, error_code(ArenaCode::thread_exiting));
}

// Nothing has told that the thread ends, so it is like any other use; the janitor runs once more.
TEST_F(ThreadArena, FirstUsedAtTheEndOfAThreadEndsToo) {
  const LaterKey key;
  Met met;
  std::thread([&] { key.set(met); }).join();
  EXPECT_EQ(met.request, ErrorCode{});
}

// Some systems run the destructors of a thread twice.
TEST_F(ThreadArena, EndsOnceHoweverOftenTheSystemSaysSo) {
  Met met;
  std::thread([&] {
    ASSERT_TRUE(thread_arena().make_with_destructor<Meets>(met));
    int is_set = 0;
    end_thread_arena(&is_set);
    end_thread_arena(&is_set);
    EXPECT_EQ(code_of_request(), error_code(ArenaCode::thread_exiting));
    EXPECT_EQ(thread_arena().allocate(8, 8), nullptr);
    EXPECT_EQ(thread_arena().last_error().code, error_code(ArenaCode::thread_exiting));
    EXPECT_FALSE(thread_arena().reset());
    EXPECT_FALSE(thread_arena().release());
    thread_arena().seal();
    thread_arena().unseal();
    thread_arena().trim(0);
    thread_arena().close();
    EXPECT_EQ(thread_arena().stats().held_bytes, 0U);
    thread_arena().check_invariants();
    EXPECT_EQ(code_of_request(), error_code(ArenaCode::thread_exiting));
  }).join();
  EXPECT_EQ(met.times, 1);
}

TEST_F(ThreadArena, ScopeNamesTheRecursion) {
  const Result<ThreadArenaScope> outer = ThreadArenaScope::enter("parse");
  ASSERT_TRUE(outer);
  EXPECT_EQ(&outer->arena(), &thread_arena());
  const Result<ThreadArenaScope> inner = ThreadArenaScope::enter("expression");
  ASSERT_TRUE(inner);
  const char same_text[] = "parse";  // at another address
  EXPECT_EQ(ThreadArenaScope::enter(same_text).error(),
            make_error(ArenaCode::reentered).with_field("parse").with_value(1));
  EXPECT_EQ(ThreadArenaScope::enter("expression").error(),
            make_error(ArenaCode::reentered).with_field("expression").with_value(2));
  EXPECT_EQ(code_of_scope("statement"), ErrorCode{});
  EXPECT_EQ(code_of_scope("statement"), ErrorCode{});  // the one before has ended
}

TEST_F(ThreadArena, ScopeTakesItsBlocksBack) {
  const std::uint64_t used = thread_arena().stats().used_bytes;
  {
    const Result<ThreadArenaScope> scope = ThreadArenaScope::enter("parse");
    ASSERT_TRUE(scope);
    ASSERT_TRUE(thread_arena().try_allocate(1000, 8));
    EXPECT_GE(thread_arena().stats().used_bytes, used + 1000);
    EXPECT_EQ(code_of_shutdown(), error_code(ArenaCode::scope_open));
  }
  EXPECT_EQ(thread_arena().stats().used_bytes, used);
}

TEST_F(ThreadArena, ScopeOfOneThreadIsNotThatOfAnother) {
  const Result<ThreadArenaScope> scope = ThreadArenaScope::enter("parse");
  ASSERT_TRUE(scope);
  std::thread([] { EXPECT_EQ(code_of_scope("parse"), ErrorCode{}); }).join();
}

TEST_F(ThreadArena, ThreadsDoNotMeet) {
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([number] {
      for (int round = 0; round < 20; ++round) {
        const Result<ThreadArenaScope> scope = ThreadArenaScope::enter("work");
        ASSERT_TRUE(scope);
        const auto fill = static_cast<unsigned char>(number * 20 + round);
        std::vector<unsigned char*> blocks;
        for (int block = 0; block < 50; ++block) {
          const Result<void*> memory = thread_arena().try_allocate(500, 8);
          ASSERT_TRUE(memory);
          std::memset(*memory, fill, 500);
          blocks.push_back(static_cast<unsigned char*>(*memory));
        }
        for (const unsigned char* block : blocks) {
          ASSERT_EQ(block[0], fill);
          ASSERT_EQ(block[499], fill);
        }
        if (round % 5 == 0) static_cast<void>(arena_totals());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_F(ThreadArena, IsAsItWasInAForkedChild) {
  const Result<int*> number = thread_arena().make<int>(42);
  ASSERT_TRUE(number);
  const std::uint64_t used = thread_arena().stats().used_bytes;
  const ChildEnd end = in_child([&] {
    if (**number != 42 || thread_arena().stats().used_bytes != used) return 1;
    **number = 43;
    if (!thread_arena().try_allocate(100'000, 8)) return 2;
    if (!thread_arena_shutdown() || arena_totals().held_bytes != 0) return 3;
    return code_of_request() == ErrorCode{} ? 0 : 4;
  });
  EXPECT_EQ(end.status, 0) << end.told;
  EXPECT_EQ(**number, 42);
}

TEST_F(ThreadArena, OfAThreadThatAChildDoesNotHaveIsNeitherUsedNorGivenBack) {
  ASSERT_TRUE(thread_arena().try_allocate(8, 8));
  const std::uint64_t mine = arena_totals().held_bytes;
  std::thread([&] {
    const Result<int*> number = thread_arena().make<int>(42);
    ASSERT_TRUE(number);
    // This thread is the child's only one.
    const ChildEnd end = in_child([&] {
      if (arena_totals().arena_count != 1) return 1;
      if (arena_totals().held_bytes >= mine + thread_arena().stats().held_bytes) return 2;
      if (**number != 42) return 3;
      return thread_arena_shutdown() && arena_totals().arena_count == 0 ? 0 : 4;
    });
    EXPECT_EQ(end.status, 0) << end.told;
  }).join();
}

UsesAtEnd* at_exit_of_thread() {
  thread_local UsesAtEnd uses;
  return &uses;
}

// exit() destroys the thread_local objects of its thread, then static ones, in the order of atexit.
TEST_F(ThreadArena, ServesStaticDestructorsToTheEndOfTheProcess) {
  const ChildEnd end = in_child([] {
    static ErrorCode of_thread_local = error_code(ArenaCode::sealed);
    at_exit_of_thread()->result = &of_thread_local;
    std::atexit([] {
      const bool is_served = of_thread_local == ErrorCode{} && code_of_request() == ErrorCode{} &&
                             code_of_scope("exit") == ErrorCode{} && thread_arena_shutdown() &&
                             code_of_request() == ErrorCode{};
      _exit(is_served ? 42 : 1);
    });
    const Result<int*> number = thread_arena().make<int>(42);
    if (!number) return 2;
    std::exit(3);
    return 4;
  });
  EXPECT_EQ(end.status, 42) << end.told;
}

// A process may go on without the thread that began it, or end with its last one: in a child, that
// is the one that called fork().
TEST_F(ThreadArena, EndsWithTheLastThreadOfAProcess) {
  std::thread([] {
    const ChildEnd end = in_child([] {
      static Met met;
      if (!thread_arena().make_with_destructor<Meets>(met)) return 2;
      std::atexit([] {
        _exit(met.times == 1 && met.request == error_code(ArenaCode::thread_exiting) ? 42 : 1);
      });
      pthread_exit(nullptr);
    });
    EXPECT_EQ(end.status, 42) << end.told;
  }).join();
}

using ThreadArenaDeathTest = ThreadArena;

TEST_F(ThreadArenaDeathTest, ScopesEndInReverseOrder) {
  using Scope = Result<ThreadArenaScope>;
  EXPECT_DEATH(
      {
        const Scope* outer = new Scope(ThreadArenaScope::enter("outer"));
        const Scope* inner = new Scope(ThreadArenaScope::enter("inner"));
        delete outer;
        delete inner;
      },
      "REDZONE_CHECK failed: innermost_scope == this");
}

}  // namespace
}  // namespace redzone
