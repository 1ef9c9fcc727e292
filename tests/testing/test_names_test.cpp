#include "testing/test_names.hpp"

#include <gtest/gtest.h>

namespace redzone::testing {
namespace {

TestName named(const char* suite, const char* test, bool has_type_parameter = false) {
  TestName name;
  name.suite = suite;
  name.test = test;
  name.has_type_parameter = has_type_parameter;
  return name;
}

TEST(TestNames, APlainTestIsItsSuiteAndName) {
  EXPECT_TRUE(is_test_of(named("Parser", "Reads"), "Parser", "Reads"));
  EXPECT_TRUE(is_test_of(named("Parser", "Reads"), "Parser", ""));
  EXPECT_FALSE(is_test_of(named("Parser", "Reads"), "Parser", "Read"));
  EXPECT_FALSE(is_test_of(named("Parser", "Reads"), "Parse", ""));
}

TEST(TestNames, AParameterisedTestHasAPrefixAndANumber) {
  EXPECT_TRUE(is_test_of(named("Each/Parser", "Reads/3"), "Parser", "Reads"));
  EXPECT_TRUE(is_test_of(named("Parser", "Reads/small"), "Parser", "Reads"));
  EXPECT_FALSE(is_test_of(named("Each/Parser", "Reads/3"), "Each", ""));
}

TEST(TestNames, ATypedTestEndsWithItsType) {
  EXPECT_TRUE(is_test_of(named("Parser/0", "Reads", true), "Parser", "Reads"));
  EXPECT_TRUE(is_test_of(named("Each/Parser/int", "Reads", true), "Parser", ""));
  EXPECT_FALSE(is_test_of(named("Each/Parser/int", "Reads", true), "int", ""));
}

}  // namespace
}  // namespace redzone::testing
