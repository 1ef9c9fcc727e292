#pragma once
// An arena for each thread, made when the thread first asks and gone with the thread.
//
// Bounds:  arena_defaults(): each thread's arena has a budget of its own.
// Threads: each call is about the calling thread. A block may be read by other threads as long as
//          its own lives and does not take it back.
// Failure: thread_arena() never fails: where there can be no arena, it is one that refuses each
//          request, with THREAD_EXITING, THREAD_RECURSION, or UPSTREAM_FAILED where the system has
//          no thread-specific key left.
// Cost:    one load of a thread's variable.
//
//   Result<ThreadArenaScope> scope = ThreadArenaScope::enter("parse");
//   if (!scope) return fail(scope.error());  // parse() was called from within parse()
//   Result<void*> block = thread_arena().try_allocate(100, 8);
//
// Ends: a thread's arena goes after the destructors of all its thread_local objects, which may use
// it. Destructors of thread-specific keys that run still later find the thread exiting. The thread
// that ends the process, by return from main() or exit(), keeps its arena to the very end, so that
// destructors of static objects may use it too; nothing destroys what was made in it then, unless
// the program calls thread_arena_shutdown(). After fork() the child has the calling thread's arena
// as it was; the other threads are gone, and their arenas are neither used nor given back. An arena
// that is first asked for in the last of the rounds in which the system runs destructors of keys is
// not given back.

#include <cstdint>

#include "redzone/arena/bump_arena.hpp"
#include "redzone/arena/scope.hpp"
#include "redzone/base/result.hpp"

namespace redzone {

// Trivially destructible: readable at any moment of a thread's life. A program finds it at a fixed
// place; a shared library, which may be loaded when that place is taken, asks for it.
#if defined(__PIC__) && !defined(__PIE__)
extern constinit thread_local BumpArena* current_thread_arena;
#else
extern constinit thread_local BumpArena* current_thread_arena
    __attribute__((tls_model("initial-exec")));
#endif

[[nodiscard]] BumpArena& begin_thread_arena();

[[nodiscard]] inline BumpArena& thread_arena() {
  BumpArena* arena = current_thread_arena;
  return arena != nullptr ? *arena : begin_thread_arena();
}

// Gives the memory of this thread's arena back; the next use starts anew. SCOPE_OPEN, SEALED, BUSY,
// THREAD_RECURSION; during thread exit THREAD_EXITING.
[[nodiscard]] Status thread_arena_shutdown();

// A scope on the thread's arena that one piece of code may have open once: what it calls may open
// others, but not the same again. It stays where enter() has put it.
class [[nodiscard]] ThreadArenaScope {
  class Passkey {
    friend class ThreadArenaScope;
    Passkey() = default;
  };

 public:
  // `name` has static lifetime. REENTERED with the name as field and the depth of the scope that is
  // open as value; why there is no arena: THREAD_EXITING, THREAD_RECURSION, UPSTREAM_FAILED.
  [[nodiscard]] static Result<ThreadArenaScope> enter(const char* name);

  ThreadArenaScope(Passkey, BumpArena& arena, const char* name);
  ThreadArenaScope(const ThreadArenaScope&) = delete;
  ThreadArenaScope& operator=(const ThreadArenaScope&) = delete;
  ~ThreadArenaScope();

  [[nodiscard]] BumpArena& arena() const { return scope_.arena(); }

 private:
  ArenaScope scope_;
  ThreadArenaScope* const outer_;  // the scope around this one in the same thread, or null
  const char* const name_;         // unlike that of each scope around
  const std::uint32_t depth_;      // 1 more than outer_'s
};

}  // namespace redzone
