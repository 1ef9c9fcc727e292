#pragma once
// The codes of arena: why a block, a chunk or an operation was refused.
//
// Bounds:  none held. Threads: pure functions. Failure: none. Cost: a switch.
//
// Refusals of a MemoryBudget come through as they are: ALLOCATION_EXCEEDS_SINGLE and
// ALLOCATION_EXCEEDS_TOTAL of base, with the arena's name as field.

#include <cstdint>
#include <string_view>

#include "redzone/base/error.hpp"

namespace redzone {

enum class ArenaCode : std::uint8_t {
  alignment_not_power_of_two = 1,  // value: the alignment
  size_too_large = 2,     // value: bytes asked for; limit: the most that any block may have
  exhausted = 3,          // no room, and the policy takes no more memory; value: bytes asked for;
                          // limit: bytes left
  upstream_failed = 4,    // the upstream had no memory; value: bytes of the chunk
  sealed = 5,             // between seal() and unseal()
  closed = 6,             // after close()
  busy = 7,               // from within a destructor that the arena runs
  scope_open = 8,         // value: scopes that are open
  mark_stale = 9,         // the mark's block is gone, by reset() or an earlier rewind()
  thread_exiting = 10,    // thread_arena() after the thread's destructors began
  thread_recursion = 11,  // thread_arena() from within its own construction
  reentered = 12,         // field: the name of the scope; value: the depth at which it is open
  bad_option = 13,        // field: the option; value; limit: the bound that it breaks
  count_too_large = 14,   // value: elements; limit: the most that fit a block
  defaults_in_use = 15,   // set_arena_defaults() after the defaults were set or asked for
};

[[nodiscard]] constexpr ErrorCode error_code(ArenaCode code) {
  return ErrorCode{Component::arena, static_cast<std::uint8_t>(code)};
}

// The printed name of a code of arena or base, "UNKNOWN" for any other component's.
[[nodiscard]] std::string_view arena_error_name(ErrorCode code);

}  // namespace redzone
