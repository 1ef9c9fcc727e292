#include "redzone/os/byte_source.hpp"

#include "redzone/base/check.hpp"
#include "redzone/base/checked.hpp"
#include "redzone/os/errors.hpp"

namespace redzone::os {

Result<std::size_t> read_fully(ByteSource& source, std::uint64_t offset, std::span<std::byte> out) {
  const Result<std::uint64_t> end = checked_add(offset, out.size());
  if (!end) return fail(end.error().with_field("read").with_offset(offset));

  std::size_t done = 0;
  unsigned interruptions = 0;
  // Each turn either advances `done`, or counts an interruption, or returns: at most
  // out.size() * (kInterruptionsMax + 1) turns.
  while (done < out.size()) {
    const Result<std::size_t> got = source.read_at(offset + done, out.subspan(done));
    if (!got) {
      if (got.error().code != error_code(Code::read_interrupted)) return fail(got.error());
      ++interruptions;
      if (interruptions > kInterruptionsMax) {
        return fail(got.error().with_value(interruptions).with_limit(kInterruptionsMax));
      }
      continue;
    }
    if (*got == 0) break;
    REDZONE_CHECK(*got <= out.size() - done);
    done += *got;
    interruptions = 0;
  }
  return done;
}

}  // namespace redzone::os
