#include "redzone/os/errors.hpp"

#include "redzone/base/errors.hpp"

namespace redzone::os {

std::string_view error_name(ErrorCode code) {
  if (code.component != Component::os) return base_error_name(code);
  switch (static_cast<Code>(code.number)) {
    case Code::open_failed:
      return "OPEN_FAILED";
    case Code::read_failed:
      return "READ_FAILED";
    case Code::read_interrupted:
      return "READ_INTERRUPTED";
    case Code::not_a_regular_file:
      return "NOT_A_REGULAR_FILE";
    case Code::size_unknown:
      return "SIZE_UNKNOWN";
    case Code::spawn_failed:
      return "SPAWN_FAILED";
    case Code::pipe_failed:
      return "PIPE_FAILED";
    case Code::wait_failed:
      return "WAIT_FAILED";
    case Code::write_failed:
      return "WRITE_FAILED";
    case Code::limit_exceeded:
      return "LIMIT_EXCEEDED";
    case Code::offset_too_large:
      return "OFFSET_TOO_LARGE";
    case Code::random_failed:
      return "RANDOM_FAILED";
  }
  return "UNKNOWN";
}

}  // namespace redzone::os
