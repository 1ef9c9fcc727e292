#include "testing/test_names.hpp"

namespace redzone::testing {
namespace {

std::string_view without_last_part(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(0, slash);
}

}  // namespace

bool is_test_of(const TestName& name, std::string_view suite, std::string_view test) {
  // "Suite", TEST_P "Prefix/Suite", typed "Suite/0", type-parameterised "Prefix/Suite/0".
  std::string_view written = name.suite;
  if (name.has_type_parameter) written = without_last_part(written);
  const std::size_t slash = written.rfind('/');
  if (slash != std::string_view::npos) written.remove_prefix(slash + 1);
  if (written != suite) return false;
  // "Test", TEST_P "Test/3".
  const std::string_view test_name = name.test;
  return test.empty() || test_name.substr(0, test_name.find('/')) == test;
}

}  // namespace redzone::testing
