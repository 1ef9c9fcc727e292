#include "redzone/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace redzone {

void check_failed(const char* condition, const char* file, int line) noexcept {
  // One buffer on the stack and one call: the message stays whole beside other threads' output, and
  // standard error is unbuffered, so nothing is allocated.
  char text[512];
  const int length =
      std::snprintf(text, sizeof text, "REDZONE_CHECK failed: %s (%s:%d)\n", condition, file, line);
  if (length > 0) {
    const auto size = static_cast<unsigned>(length) < sizeof text ? static_cast<unsigned>(length)
                                                                  : sizeof text - 1;
    std::fwrite(text, 1, size, stderr);
  }
  std::abort();
}

}  // namespace redzone
