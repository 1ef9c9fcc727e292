#include "redzone/arena/errors.hpp"

#include "redzone/base/errors.hpp"

namespace redzone {

std::string_view arena_error_name(ErrorCode code) {
  if (code.component != Component::arena) return base_error_name(code);
  switch (static_cast<ArenaCode>(code.number)) {
    case ArenaCode::alignment_not_power_of_two:
      return "ALIGNMENT_NOT_POWER_OF_TWO";
    case ArenaCode::size_too_large:
      return "SIZE_TOO_LARGE";
    case ArenaCode::exhausted:
      return "EXHAUSTED";
    case ArenaCode::upstream_failed:
      return "UPSTREAM_FAILED";
    case ArenaCode::sealed:
      return "SEALED";
    case ArenaCode::closed:
      return "CLOSED";
    case ArenaCode::busy:
      return "BUSY";
    case ArenaCode::scope_open:
      return "SCOPE_OPEN";
    case ArenaCode::mark_stale:
      return "MARK_STALE";
    case ArenaCode::thread_exiting:
      return "THREAD_EXITING";
    case ArenaCode::thread_recursion:
      return "THREAD_RECURSION";
    case ArenaCode::reentered:
      return "REENTERED";
    case ArenaCode::bad_option:
      return "BAD_OPTION";
    case ArenaCode::count_too_large:
      return "COUNT_TOO_LARGE";
    case ArenaCode::defaults_in_use:
      return "DEFAULTS_IN_USE";
  }
  return "UNKNOWN";
}

}  // namespace redzone
