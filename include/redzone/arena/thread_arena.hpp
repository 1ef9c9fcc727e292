#pragma once
// An arena for each thread, made when the thread first asks and gone with the thread.
//
// Bounds:  arena_defaults(): each thread's arena has a budget of its own.
// Threads: each call is about the calling thread. A block may be read by other threads as long as
//          its own lives and does not take it back.
// Failure: thread_arena() never fails: where there can be no arena, it is one that refuses each
//          request with THREAD_EXITING or THREAD_RECURSION.
// Cost:    one load of a thread's variable.
//
//   Result<ThreadArenaScope> scope = ThreadArenaScope::enter("parse");
//   if (!scope) return fail(scope.error());  // parse() was called from within parse()
//   Result<void*> block = thread_arena().try_allocate(100, 8);
//
// Ends: a thread's arena goes after the destructors of its thread_local objects that were made
// before it; for destructors that run later, and for those of static objects, the thread is exiting.
// After fork() the child has the calling thread's arena as it was; the other threads are gone, and
// their arenas are neither used nor given back.

#include "redzone/arena/arena.hpp"
#include "redzone/arena/scope.hpp"

namespace redzone {

// Trivially destructible: readable at any moment of a thread's life.
extern constinit thread_local BumpArena* current_thread_arena
    __attribute__((tls_model("initial-exec")));

[[nodiscard]] BumpArena& begin_thread_arena();

[[nodiscard]] inline BumpArena& thread_arena() {
  BumpArena* arena = current_thread_arena;
  return arena != nullptr ? *arena : begin_thread_arena();
}

// Gives the memory of this thread's arena back; the next use starts anew. SCOPE_OPEN, BUSY; during
// thread exit THREAD_EXITING.
Status thread_arena_shutdown();

// A scope on the thread's arena that one piece of code may have open once: what it calls may open
// others, but not the same again.
class [[nodiscard]] ThreadArenaScope {
 public:
  // `name` has static lifetime. REENTERED with the name, THREAD_EXITING, THREAD_RECURSION.
  static Result<ThreadArenaScope> enter(const char* name);
  ThreadArenaScope(ThreadArenaScope&& other) noexcept;
  ThreadArenaScope& operator=(ThreadArenaScope&&) = delete;
  ThreadArenaScope(const ThreadArenaScope&) = delete;
  ThreadArenaScope& operator=(const ThreadArenaScope&) = delete;
  ~ThreadArenaScope();

 private:
  ThreadArenaScope() = default;
  // ADAPT completes this.
};

}  // namespace redzone
