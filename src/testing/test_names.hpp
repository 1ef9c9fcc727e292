#pragma once
// Names of tests as they are written, out of those that GoogleTest gives them. Private to testing.

#include <string_view>

#include "redzone/testing/test_watch.hpp"

namespace redzone::testing {

// Whether `name` is the test `test` of `suite` as written in TEST, TEST_P or TYPED_TEST; `test` ""
// is each test of the suite.
[[nodiscard]] bool is_test_of(const TestName& name, std::string_view suite, std::string_view test);

}  // namespace redzone::testing
