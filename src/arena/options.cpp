#include "redzone/arena/options.hpp"

#include "redzone/arena/errors.hpp"

namespace redzone {

namespace {

std::unexpected<Error> bad_option(const char* field, std::uint64_t value, std::uint64_t limit) {
  return fail(
      make_error(ArenaCode::bad_option).with_field(field).with_value(value).with_limit(limit));
}

Status check_range(const char* field, std::uint64_t value, std::uint64_t least,
                   std::uint64_t most) {
  if (value < least) return bad_option(field, value, least);
  if (value > most) return bad_option(field, value, most);
  return {};
}

template <class Enumeration>
Status check_enumerator(const char* field, Enumeration value, Enumeration last) {
  return check_range(field, static_cast<std::uint64_t>(value), 0, static_cast<std::uint64_t>(last));
}

}  // namespace

Status check_arena_options(const ArenaOptions& options) {
  const Status checks[] = {
      check_range("chunk_bytes", options.chunk_bytes, kArenaChunkBytesMin, kArenaChunkBytesMax),
      check_range("chunk_bytes_max", options.chunk_bytes_max, options.chunk_bytes,
                  kArenaChunkBytesMax),
      check_enumerator("overflow", options.overflow, ArenaOverflow::grow),
      check_enumerator("zero", options.zero, ArenaZero::never),
      check_range("red_zone_bytes", options.red_zone_bytes, 0, kArenaRedZoneBytesMax),
      check_range("name", options.name == nullptr ? 0 : 1, 1, 1),
  };
  for (const Status& check : checks) {
    if (!check) return check;
  }
  return {};
}

}  // namespace redzone
