#pragma once
// Reading the environment once, by whichever thread asks first.

#include <atomic>
#include <cstdint>
#include <string_view>

#include "redzone/arena/environment.hpp"

namespace redzone {

// Where the values come from and where the diagnostic goes: the process's own, or a test's.
struct ArenaEnvironment {
  const char* (*value_of)(const char* name);  // null where it is not set
  void (*tell)(std::string_view text);        // whole lines
};

class DefaultsOnce {
 public:
  // The first call reads `environment`; every other gives the same.
  [[nodiscard]] ArenaDefaults get(const ArenaEnvironment& environment);
  Status set(const ArenaDefaults& defaults);
  // In a forked child, where a thread that was reading no longer exists.
  void forget_reader();

 private:
  // uninitialised -> initialising by compare-and-swap; what is written then is published by the
  // release store of `initialised`, after which defaults_ never changes.
  enum class State : std::uint32_t { uninitialised, initialising, initialised };

  // Whether the caller is the one that initialises; if not, it has waited for who was.
  [[nodiscard]] bool begin();
  void publish();

  std::atomic<State> state_{State::uninitialised};
  ArenaDefaults defaults_;
};

}  // namespace redzone
