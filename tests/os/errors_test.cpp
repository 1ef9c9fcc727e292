#include "redzone/os/errors.hpp"

#include <gtest/gtest.h>

#include "redzone/base/errors.hpp"

namespace redzone::os {
namespace {

TEST(OsErrors, EveryCodeHasANameOfItsOwn) {
  EXPECT_EQ(error_name(error_code(Code::open_failed)), "OPEN_FAILED");
  EXPECT_EQ(error_name(error_code(Code::read_failed)), "READ_FAILED");
  EXPECT_EQ(error_name(error_code(Code::read_interrupted)), "READ_INTERRUPTED");
  EXPECT_EQ(error_name(error_code(Code::not_a_regular_file)), "NOT_A_REGULAR_FILE");
  EXPECT_EQ(error_name(error_code(Code::size_unknown)), "SIZE_UNKNOWN");
  EXPECT_EQ(error_name(error_code(Code::spawn_failed)), "SPAWN_FAILED");
  EXPECT_EQ(error_name(error_code(Code::pipe_failed)), "PIPE_FAILED");
  EXPECT_EQ(error_name(error_code(Code::wait_failed)), "WAIT_FAILED");
  EXPECT_EQ(error_name(error_code(Code::write_failed)), "WRITE_FAILED");
  EXPECT_EQ(error_name(error_code(Code::limit_exceeded)), "LIMIT_EXCEEDED");
  EXPECT_EQ(error_name(error_code(Code::offset_too_large)), "OFFSET_TOO_LARGE");
  EXPECT_EQ(error_name(error_code(Code::random_failed)), "RANDOM_FAILED");
}

TEST(OsErrors, NamesTheCodesOfBaseAndNoOthers) {
  EXPECT_EQ(error_name(error_code(BaseCode::out_of_memory)), "OUT_OF_MEMORY");
  EXPECT_EQ(error_name(ErrorCode{Component::os, 0}), "UNKNOWN");
  EXPECT_EQ(error_name(ErrorCode{Component::os, 13}), "UNKNOWN");
  EXPECT_EQ(error_name(ErrorCode{Component::gguf, 1}), "UNKNOWN");
}

}  // namespace
}  // namespace redzone::os
