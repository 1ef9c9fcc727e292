#include "heap/back_end.hpp"

#include <pthread.h>

#include <cstddef>
#include <cstdlib>

#include "heap/recorder.hpp"
#include "heap/scope_state.hpp"
#include "heap/thread_state.hpp"
#include "redzone/base/valgrind_request.hpp"

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): names of the run-time
extern "C" {
__attribute__((weak)) int __sanitizer_install_malloc_and_free_hooks(void (*)(const volatile void*,
                                                                             std::size_t),
                                                                    void (*)(const volatile void*));
// Defined by the interposer, where it is linked.
__attribute__((weak)) extern const char redzone_heap_interposer_is_linked;
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

// A weak reference does not make the linker look for the interposer: a program that has a malloc of
// its own, but not this, is left alone.
#pragma weak posix_memalign

namespace redzone::heap {

namespace {

// Through pointers that the compiler cannot see through: the calls stay. The reference to malloc
// also makes the linker look for it in redzone::heap_interposer.
void* (*volatile allocate)(std::size_t) = &std::malloc;
void* (*volatile reallocate)(void*, std::size_t) = &std::realloc;
int (*volatile allocate_aligned)(void**, std::size_t, std::size_t) = &posix_memalign;
void (*volatile release)(void*) = &std::free;

// What was told of one small block each. The recorder counts calls of a thread that is unwatched.
struct Probe {
  bool tells_malloc = false;
  bool tells_realloc = false;
  bool tells_aligned = false;
};

Probe probe() {
  const Unwatched unwatched;
  active_scopes.fetch_or(kProbeBit);
  Probe result;
  std::uint32_t before = thread_state.unwatched_calls;
  void* block = allocate(24);
  result.tells_malloc = thread_state.unwatched_calls != before;
  before = thread_state.unwatched_calls;
  void* larger = reallocate(block, 48);
  result.tells_realloc = thread_state.unwatched_calls != before;
  release(larger != nullptr ? larger : block);
  before = thread_state.unwatched_calls;
  void* aligned = nullptr;
  if (allocate_aligned(&aligned, 64, 64) == 0) release(aligned);
  result.tells_aligned = thread_state.unwatched_calls != before;
  active_scopes.fetch_and(~kProbeBit);
  return result;
}

BackEndFacts choose() {
  BackEndFacts facts;
  if (&redzone_heap_interposer_is_linked != nullptr && probe().tells_malloc) {
    facts.back_end = BackEnd::interposer;
    return facts;
  }
  // UBSan's run-time has this function too, and never calls the hooks.
  if (__sanitizer_install_malloc_and_free_hooks != nullptr &&
      __sanitizer_install_malloc_and_free_hooks(on_sanitizer_malloc, on_sanitizer_free) != 0) {
    const Probe seen = probe();
    if (seen.tells_malloc) {
      facts.back_end = BackEnd::sanitizer_hooks;
      facts.tells_realloc = seen.tells_realloc;
      facts.tells_aligned = seen.tells_aligned;
      return facts;
    }
  }
  if (is_under_memcheck()) facts.back_end = BackEnd::valgrind;
  return facts;
}

BackEndFacts facts;

}  // namespace

const BackEndFacts& back_end_facts() {
  // A child that was forked while another thread chose begins anew: glibc sees to that.
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, [] { facts = choose(); });
  return facts;
}

BackEnd back_end() { return back_end_facts().back_end; }

}  // namespace redzone::heap
