#pragma once
// An Error from an errno. Private to os.

#include <cstdint>

#include "redzone/base/error.hpp"
#include "redzone/os/errors.hpp"

namespace redzone::os {

[[nodiscard]] inline Error system_error(Code code, const char* field, int number) {
  return make_error(code).with_field(field).with_value(static_cast<std::uint64_t>(number));
}

// READ_INTERRUPTED for EINTR, READ_FAILED for any other `number`.
[[nodiscard]] Error read_error(int number, std::uint64_t offset);

}  // namespace redzone::os
