#include "redzone/os/random.hpp"

#include <sys/random.h>

#include <cerrno>

#include "os/random_fill.hpp"
#include "redzone/os/byte_source.hpp"
#include "redzone/os/errors.hpp"

namespace redzone::os {

Status fill_random(std::span<std::byte> out, RandomCall call) {
  std::size_t done = 0;
  unsigned interruptions = 0;
  while (done < out.size()) {
    const std::ptrdiff_t got = call(out.data() + done, out.size() - done, 0);
    if (got > 0) {
      done += static_cast<std::size_t>(got);
      continue;
    }
    // 0 bytes without an error would be no progress either.
    const int system_error = got < 0 ? errno : EIO;
    ++interruptions;
    if (system_error != EINTR || interruptions > kInterruptionsMax) {
      return fail(make_error(Code::random_failed)
                      .with_field("getrandom")
                      .with_value(static_cast<std::uint64_t>(system_error)));
    }
  }
  return {};
}

Result<std::array<std::uint64_t, 2>> random_key() {
  std::array<std::uint64_t, 2> key{};
  const Status filled = fill_random(std::as_writable_bytes(std::span(key)), &::getrandom);
  if (!filled) return fail(filled.error());
  return key;
}

}  // namespace redzone::os
