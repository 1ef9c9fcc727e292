#pragma once
// Which Error an errno of a read is. Private to os; in a header so that tests reach the errnos that
// a regular file hardly ever gives.

#include <cstdint>

#include "redzone/base/error.hpp"

namespace redzone::os {

// READ_INTERRUPTED for EINTR, READ_FAILED for any other `system_error`.
[[nodiscard]] Error read_error(int system_error, std::uint64_t offset);

}  // namespace redzone::os
