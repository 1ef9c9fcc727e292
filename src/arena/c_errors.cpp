#include "arena/c_errors.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "redzone/arena/errors.hpp"
#include "redzone/base/errors.hpp"

namespace redzone {
namespace {

constexpr std::uint8_t kFirstOfBase = 64;
constexpr std::uint8_t kFirstOfOurs = 128;

constexpr bool is_same(redzone_arena_code code, ArenaCode other) {
  return static_cast<int>(code) == static_cast<int>(other);
}
constexpr bool is_same(redzone_arena_code code, BaseCode other) {
  return static_cast<int>(code) == kFirstOfBase + static_cast<int>(other);
}

static_assert(is_same(REDZONE_ARENA_ALIGNMENT_NOT_POWER_OF_TWO,
                      ArenaCode::alignment_not_power_of_two));
static_assert(is_same(REDZONE_ARENA_SIZE_TOO_LARGE, ArenaCode::size_too_large));
static_assert(is_same(REDZONE_ARENA_EXHAUSTED, ArenaCode::exhausted));
static_assert(is_same(REDZONE_ARENA_UPSTREAM_FAILED, ArenaCode::upstream_failed));
static_assert(is_same(REDZONE_ARENA_SEALED, ArenaCode::sealed));
static_assert(is_same(REDZONE_ARENA_CLOSED, ArenaCode::closed));
static_assert(is_same(REDZONE_ARENA_BUSY, ArenaCode::busy));
static_assert(is_same(REDZONE_ARENA_SCOPE_OPEN, ArenaCode::scope_open));
static_assert(is_same(REDZONE_ARENA_MARK_STALE, ArenaCode::mark_stale));
static_assert(is_same(REDZONE_ARENA_THREAD_EXITING, ArenaCode::thread_exiting));
static_assert(is_same(REDZONE_ARENA_THREAD_RECURSION, ArenaCode::thread_recursion));
static_assert(is_same(REDZONE_ARENA_REENTERED, ArenaCode::reentered));
static_assert(is_same(REDZONE_ARENA_BAD_OPTION, ArenaCode::bad_option));
static_assert(is_same(REDZONE_ARENA_COUNT_TOO_LARGE, ArenaCode::count_too_large));
static_assert(is_same(REDZONE_ARENA_DEFAULTS_IN_USE, ArenaCode::defaults_in_use));
static_assert(is_same(REDZONE_ARENA_ARITHMETIC_OVERFLOW, BaseCode::arithmetic_overflow));
static_assert(is_same(REDZONE_ARENA_ALLOCATION_EXCEEDS_SINGLE,
                      BaseCode::allocation_exceeds_single));
static_assert(is_same(REDZONE_ARENA_ALLOCATION_EXCEEDS_TOTAL, BaseCode::allocation_exceeds_total));
static_assert(is_same(REDZONE_ARENA_OUT_OF_MEMORY, BaseCode::out_of_memory));

constinit thread_local redzone_arena_error last_error{.size_bytes = sizeof(redzone_arena_error),
                                                      .code = REDZONE_ARENA_OK,
                                                      .field = "",
                                                      .value = 0,
                                                      .limit = 0,
                                                      .has_value = 0,
                                                      .has_limit = 0};

redzone_arena_code keep(redzone_arena_code code, const Error& error) {
  last_error.code = code;
  last_error.field = error.field;
  last_error.value = error.value;
  last_error.limit = error.limit;
  last_error.has_value = error.has_value() ? 1 : 0;
  last_error.has_limit = error.has_limit() ? 1 : 0;
  return code;
}

std::string_view name_of_ours(int code) {
  switch (code) {
    case REDZONE_ARENA_NULL_ARGUMENT:
      return "NULL_ARGUMENT";
    case REDZONE_ARENA_BAD_SIZE:
      return "BAD_SIZE";
    case REDZONE_ARENA_BAD_VERSION:
      return "BAD_VERSION";
    case REDZONE_ARENA_CANNOT_RESIZE:
      return "CANNOT_RESIZE";
    case REDZONE_ARENA_OF_A_THREAD:
      return "OF_A_THREAD";
    default:
      return "UNKNOWN";
  }
}

std::string_view name_of(int code) {
  if (code == REDZONE_ARENA_OK) return "OK";
  if (code < 0 || code >= kFirstOfOurs) return name_of_ours(code);
  const bool is_of_base = code >= kFirstOfBase;
  return arena_error_name(
      {.component = is_of_base ? Component::base : Component::arena,
       .number = static_cast<std::uint8_t>(is_of_base ? code - kFirstOfBase : code)});
}

}  // namespace

redzone_arena_code remember(const Error& error) {
  const int first = error.code.component == Component::base ? kFirstOfBase : 0;
  return keep(static_cast<redzone_arena_code>(first + error.code.number), error);
}

redzone_arena_code code_of(const Status& status) {
  return status ? REDZONE_ARENA_OK : remember(status.error());
}

redzone_arena_code refuse(redzone_arena_code code, const char* field) {
  return keep(code, Error{}.with_field(field));
}

redzone_arena_code refuse(redzone_arena_code code, const char* field, std::uint64_t value,
                          std::uint64_t limit) {
  return keep(code, Error{}.with_field(field).with_value(value).with_limit(limit));
}

redzone_arena_code refuse_null(const char* argument) {
  return refuse(REDZONE_ARENA_NULL_ARGUMENT, argument);
}

}  // namespace redzone

extern "C" {

const char* redzone_arena_code_name(int code) noexcept {
  return redzone::name_of(code).data();  // of a literal each: it ends in a zero
}

redzone_arena_code redzone_arena_last_error(redzone_arena_error* error,
                                            size_t size_bytes) noexcept {
  if (error != nullptr) {
    redzone_arena_error last = redzone::last_error;
    const std::size_t known = std::min(size_bytes, sizeof last);
    last.size_bytes = static_cast<std::uint32_t>(known);
    std::memcpy(error, &last, known);
  }
  return static_cast<redzone_arena_code>(redzone::last_error.code);
}

}  // extern "C"
