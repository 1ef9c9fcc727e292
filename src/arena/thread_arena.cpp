#include "redzone/arena/thread_arena.hpp"

#include <pthread.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <utility>

#include "arena/refusing_arena.hpp"
#include "arena/thread_state.hpp"
#include "redzone/arena/arena.hpp"
#include "redzone/arena/environment.hpp"
#include "redzone/arena/errors.hpp"
#include "redzone/base/check.hpp"
#include "redzone/base/error.hpp"

namespace redzone {

constinit thread_local BumpArena* current_thread_arena = nullptr;

namespace {

// The key that makes the system call end_thread_arena() in each thread that has set it.
pthread_key_t end_of_thread;
bool has_key = false;
pthread_once_t key_once = PTHREAD_ONCE_INIT;

[[nodiscard]] bool call_at_end_of_thread(const void* not_null) {
  pthread_once(&key_once,
               [] { has_key = pthread_key_create(&end_of_thread, end_thread_arena) == 0; });
  return has_key && pthread_setspecific(end_of_thread, not_null) == 0;
}

// The arena, its budget, and what is given out where there is no arena stand in the thread's own
// storage: making them takes no memory that could be missing. All are bytes to the compiler, so
// that nothing of them ends before the janitor says so.
class ThreadState {
 public:
  // none -> making -> live -> none, by shutdown, or -> exiting, by the janitor, for good.
  enum class Life : std::uint8_t { none, making, live, exiting };

  Status ensure() {
    switch (life_) {
      case Life::live:
        return {};
      case Life::making:
        return fail(make_error(ArenaCode::thread_recursion));
      case Life::exiting:
        return fail(make_error(ArenaCode::thread_exiting));
      case Life::none:
        return make();
    }
    return {};
  }

  // The arena that is not there.
  BumpArena& refuse(ErrorCode code) {
    // Whoever has it may go on asking it why, and have scopes open in it. One that stood there for
    // another reason holds nothing.
    if (refusing_with_ != code) {
      ::new (static_cast<void*>(refusing_)) RefusingArena(ArenaCode{code.number});
      refusing_with_ = code;
    }
    return *std::launder(reinterpret_cast<RefusingArena*>(refusing_));
  }

  [[nodiscard]] bool holds(const BumpArena& arena) const {
    const auto* address = static_cast<const void*>(&arena);
    return address == static_cast<const void*>(arena_) ||
           address == static_cast<const void*>(refusing_);
  }

  Status shut_down() {
    if (life_ == Life::none) return {};
    if (life_ != Life::live) return ensure();
    const Status released = arena().release();
    if (!released && released.error().code != error_code(ArenaCode::closed)) return released;
    current_thread_arena = nullptr;
    life_ = Life::none;
    end();
    return {};
  }

  void exit() {
    const bool was_live = life_ == Life::live;
    // First, so that what the arena destroys does not find an arena that is half gone.
    life_ = Life::exiting;
    current_thread_arena = &refuse(error_code(ArenaCode::thread_exiting));
    if (was_live) end();
  }

 private:
  Status make() {
    life_ = Life::making;
    // Before the arena: the value of a key beyond the first 32 takes memory.
    if (!call_at_end_of_thread(this)) {
      life_ = Life::none;
      return fail(make_error(ArenaCode::upstream_failed).with_field("thread-specific key"));
    }
    ArenaDefaults defaults = arena_defaults();
    if (std::string_view(defaults.options.name) == ArenaOptions{}.name) {
      defaults.options.name = "thread arena";
    }
    auto* budget = ::new (static_cast<void*>(budget_)) MemoryBudget(defaults.budget());
    current_thread_arena = ::new (static_cast<void*>(arena_)) Arena(*budget, defaults.options);
    life_ = Life::live;
    return {};
  }
  void end() {
    std::destroy_at(&arena());
    std::destroy_at(std::launder(reinterpret_cast<MemoryBudget*>(budget_)));
  }
  Arena& arena() { return *std::launder(reinterpret_cast<Arena*>(arena_)); }

  alignas(Arena) std::byte arena_[sizeof(Arena)]{};                 // an Arena while live
  alignas(MemoryBudget) std::byte budget_[sizeof(MemoryBudget)]{};  // a MemoryBudget while live
  alignas(RefusingArena) std::byte refusing_[sizeof(RefusingArena)]{};
  ErrorCode refusing_with_{};  // number 0: there is none yet
  Life life_ = Life::none;
};

constinit thread_local ThreadState state;
constinit thread_local ThreadArenaScope* innermost_scope = nullptr;
static_assert(std::is_trivially_destructible_v<ThreadState>);

}  // namespace

BumpArena& begin_thread_arena() {
  const Status made = state.ensure();
  return made ? *current_thread_arena : state.refuse(made.error().code);
}

Status ensure_thread_arena() { return state.ensure(); }

bool is_of_this_thread(const BumpArena& arena) { return state.holds(arena); }

Status thread_arena_shutdown() { return state.shut_down(); }

void end_thread_arena(void*) { state.exit(); }

Result<ThreadArenaScope> ThreadArenaScope::enter(const char* name) {
  REDZONE_CHECK(name != nullptr);
  if (const Status made = state.ensure(); !made) return fail(made.error());
  // As many steps as there are scopes of different names.
  for (const ThreadArenaScope* scope = innermost_scope; scope != nullptr; scope = scope->outer_) {
    if (std::strcmp(scope->name_, name) == 0) {
      return fail(make_error(ArenaCode::reentered).with_field(name).with_value(scope->depth_));
    }
  }
  return Result<ThreadArenaScope>(std::in_place, Passkey(), *current_thread_arena, name);
}

ThreadArenaScope::ThreadArenaScope(Passkey, BumpArena& arena, const char* name)
    : scope_(arena),
      outer_(innermost_scope),
      name_(name),
      depth_(outer_ == nullptr ? 1 : outer_->depth_ + 1) {
  innermost_scope = this;
}

ThreadArenaScope::~ThreadArenaScope() {
  REDZONE_CHECK(innermost_scope == this);  // of this thread, and those within have ended
  innermost_scope = outer_;
}

}  // namespace redzone
