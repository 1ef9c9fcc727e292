#include "redzone/base/errors.hpp"

namespace redzone {

std::string_view base_error_name(ErrorCode code) {
  if (code.component != Component::base) return "UNKNOWN";
  switch (static_cast<BaseCode>(code.number)) {
    case BaseCode::arithmetic_overflow:
      return "ARITHMETIC_OVERFLOW";
    case BaseCode::allocation_exceeds_single:
      return "ALLOCATION_EXCEEDS_SINGLE";
    case BaseCode::allocation_exceeds_total:
      return "ALLOCATION_EXCEEDS_TOTAL";
    case BaseCode::out_of_memory:
      return "OUT_OF_MEMORY";
  }
  return "UNKNOWN";
}

}  // namespace redzone
