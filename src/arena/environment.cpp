#include "redzone/arena/environment.hpp"

#include <pthread.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "arena/defaults_once.hpp"

namespace redzone {
namespace {

constinit DefaultsOnce defaults_once;

// Where it fails, which takes the lack of a few bytes before main(), only a process that is forked
// during the first call of arena_defaults() is worse off.
[[maybe_unused]] const int kAtFork =
    pthread_atfork(nullptr, nullptr, [] { defaults_once.forget_reader(); });

// Null in a program that runs with more rights than whoever set its environment.
const char* trusted_value_of(const char* name) { return secure_getenv(name); }

// Standard error is unbuffered: one call writes the whole text, and nothing is allocated.
void tell(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

}  // namespace

ArenaDefaults arena_defaults() {
  return defaults_once.get({.value_of = trusted_value_of, .tell = tell});
}

Status set_arena_defaults(const ArenaDefaults& defaults) { return defaults_once.set(defaults); }

}  // namespace redzone
