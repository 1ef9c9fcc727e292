#include "redzone/arena/errors.hpp"

#include <gtest/gtest.h>

#include "redzone/base/errors.hpp"

namespace redzone {
namespace {

TEST(ArenaErrors, EveryCodeHasANameOfItsOwn) {
  EXPECT_EQ(arena_error_name(error_code(ArenaCode::alignment_not_power_of_two)),
            "ALIGNMENT_NOT_POWER_OF_TWO");
  EXPECT_EQ(arena_error_name(error_code(ArenaCode::size_too_large)), "SIZE_TOO_LARGE");
  EXPECT_EQ(arena_error_name(error_code(ArenaCode::exhausted)), "EXHAUSTED");
  EXPECT_EQ(arena_error_name(error_code(ArenaCode::upstream_failed)), "UPSTREAM_FAILED");
  EXPECT_EQ(arena_error_name(error_code(ArenaCode::sealed)), "SEALED");
  EXPECT_EQ(arena_error_name(error_code(ArenaCode::closed)), "CLOSED");
  EXPECT_EQ(arena_error_name(error_code(ArenaCode::busy)), "BUSY");
  EXPECT_EQ(arena_error_name(error_code(ArenaCode::scope_open)), "SCOPE_OPEN");
  EXPECT_EQ(arena_error_name(error_code(ArenaCode::mark_stale)), "MARK_STALE");
  EXPECT_EQ(arena_error_name(error_code(ArenaCode::thread_exiting)), "THREAD_EXITING");
  EXPECT_EQ(arena_error_name(error_code(ArenaCode::thread_recursion)), "THREAD_RECURSION");
  EXPECT_EQ(arena_error_name(error_code(ArenaCode::reentered)), "REENTERED");
  EXPECT_EQ(arena_error_name(error_code(ArenaCode::bad_option)), "BAD_OPTION");
  EXPECT_EQ(arena_error_name(error_code(ArenaCode::count_too_large)), "COUNT_TOO_LARGE");
  EXPECT_EQ(arena_error_name(error_code(ArenaCode::defaults_in_use)), "DEFAULTS_IN_USE");
}

TEST(ArenaErrors, NamesTheCodesOfBaseAndNoOthers) {
  EXPECT_EQ(arena_error_name(error_code(BaseCode::allocation_exceeds_total)),
            "ALLOCATION_EXCEEDS_TOTAL");
  EXPECT_EQ(arena_error_name(ErrorCode{Component::arena, 0}), "UNKNOWN");
  EXPECT_EQ(arena_error_name(ErrorCode{Component::arena, 16}), "UNKNOWN");
  EXPECT_EQ(arena_error_name(ErrorCode{Component::gguf, 1}), "UNKNOWN");
}

}  // namespace
}  // namespace redzone
