#pragma once
// The listener that records what each test does on the heap, so that --gtest_output=xml has it as
// properties: redzone_allocation_count, redzone_requested_bytes, redzone_peak_bytes,
// redzone_largest_bytes, redzone_live_bytes, redzone_torture_runs. A figure that is unknown in this
// build is absent, and redzone_unknown names it; redzone_approximate names what is not exact.
//
// A program that links redzone::testing has it without a line of code. One that defines
// REDZONE_TESTING_NO_LISTENER for its target installs it where it wants, or not at all; a suite's
// budget installs it in any case, because the listener enforces it.
//
// Bounds:  see test_watch.hpp.
// Threads: called by the thread that runs the tests.
// Failure: what is wrong with a test is a failure of that test. Death tests run their statement in
//          a child that reports nothing of its own.
// Cost:    see test_watch.hpp.
//
//   int main(int argc, char** argv) {
//     testing::InitGoogleTest(&argc, argv);
//     redzone::testing::install_listener();
//     return RUN_ALL_TESTS();
//   }

#include <gtest/gtest.h>

#include <memory>

#include "redzone/heap/scope.hpp"
#include "redzone/testing/test_watch.hpp"

namespace redzone::testing {

class HeapListener : public ::testing::EmptyTestEventListener {
 public:
  void OnTestIterationStart(const ::testing::UnitTest& unit, int /*iteration*/) override {
    for (int s = 0; s < unit.total_test_suite_count(); ++s) {
      const ::testing::TestSuite* const suite = unit.GetTestSuite(s);
      for (int t = 0; t < suite->total_test_count(); ++t) {
        declare_test(name_of(*suite->GetTestInfo(t)));
      }
    }
  }
  void OnEnvironmentsSetUpStart(const ::testing::UnitTest& /*unit*/) override {
    check_declared_tests(reporter());
  }
  void OnTestSuiteStart(const ::testing::TestSuite& /*suite*/) override { is_first_ = true; }
  void OnTestStart(const ::testing::TestInfo& info) override {
    start_test(name_of(info), is_first_, overhead());
    is_first_ = false;
  }
  void OnTestEnd(const ::testing::TestInfo& info) override {
    wipe_unused_stack();
    finish(info);
  }
  void OnEnvironmentsTearDownEnd(const ::testing::UnitTest& /*unit*/) override {
    end_all_tests(reporter());
  }
  void OnTestProgramEnd(const ::testing::UnitTest& /*unit*/) override { print_unmeasured(); }

 private:
  [[gnu::noinline]] static void finish(const ::testing::TestInfo& info) {
    end_test(name_of(info), reporter());
  }

  // What GoogleTest allocates for a test that does nothing: the object of the test, and a copy of
  // its flags, whose strings are as long as this program's command line.
  static heap::Figures overhead() {
    class Nothing final : public ::testing::Test {
      void TestBody() override {}
    };
    const heap::Scope scope;
    const std::unique_ptr<::testing::Test> nothing(new Nothing);
    return scope.figures();
  }
  static TestName name_of(const ::testing::TestInfo& info) {
    TestName name;
    name.suite = info.test_suite_name();
    name.test = info.name();
    name.has_type_parameter = info.type_param() != nullptr;
    name.file = info.file();
    name.line = info.line();
    return name;
  }
  static Reporter reporter() {
    Reporter reporter;
    reporter.fail = [](void*, const char* file, int line, const char* message) {
      ADD_FAILURE_AT(file, line) << message;
    };
    reporter.record = [](void*, const char* key, const char* value) {
      ::testing::Test::RecordProperty(key, value);
    };
    return reporter;
  }

  bool is_first_ = false;
};

// Installs it once a program, however often it is called; before RUN_ALL_TESTS. Returns true.
inline bool install_listener() {
  if (claim_listener()) {
    ::testing::UnitTest::GetInstance()->listeners().Append(new HeapListener);  // which owns it
  }
  return true;
}

}  // namespace redzone::testing
