#pragma once
// What the listener does around each test: measures it, holds it to the budgets of its suite, and
// looks for leaks. It includes no test framework; listener.hpp is the glue to GoogleTest, and who
// uses another framework calls these.
//
// Bounds:  kBudgetsMax budgets, kBudgetsOfATestMax of them for one test; one test at a time; of a
//          leak report 1 MiB is read.
// Threads: called by the thread that runs the tests.
// Failure: what is wrong with a test goes to Reporter::fail. Budgets beyond a bound abort.
// Cost:    a heap::Scope for each test; where LeakSanitizer runs, a leak check after each, and one
//          before the first of a suite: some ten milliseconds. REDZONE_LEAKS_PER_TEST=0 in the
//          environment leaves it to the check at the end of the program.
//
//   start_test(name, is_first, {}); run(test); end_test(name, reporter);

#include <cstddef>

#include "redzone/testing/heap_limits.hpp"

namespace redzone::testing {

inline constexpr std::size_t kBudgetsMax = 256;
// That hold one test, by its suite's name and by its own; each is a heap::Scope while it runs.
inline constexpr std::size_t kBudgetsOfATestMax = 8;

// A test as it was written, without what parameters and types add: of "Each/Parser/0.Reads/3" that
// is "Parser" and "Reads".
struct TestName {
  const char* suite = "";  // as the framework calls it
  const char* test = "";
  bool has_type_parameter = false;  // the last part of the suite's name is the type's
  const char* file = "";            // where the test stands
  int line = 0;
};

// Where to tell what was found out about a test.
struct Reporter {
  void* context = nullptr;
  void (*fail)(void* context, const char* file, int line, const char* message) = nullptr;
  void (*record)(void* context, const char* key, const char* value) = nullptr;
};

// A budget for each test of a suite, or for one; `test` is "" for all. A static object, made before
// main. The strings have static lifetime.
class RegisteredBudget {
 public:
  RegisteredBudget(const char* suite, const char* test, const HeapLimits& limits, const char* file,
                   int line, bool is_listened_to);

  const char* suite;
  const char* test;
  HeapLimits limits;
  const char* file;
  int line;
  bool has_a_test = false;
};

// True once a process: whoever gets it installs the listener.
[[nodiscard]] bool claim_listener();

// For every test of the program before the first runs; then names that no test has are failures.
void declare_test(const TestName& name);
void check_declared_tests(const Reporter& reporter);

// `overhead` is what the framework itself allocates for a test, and keeps until its end.
void start_test(const TestName& name, bool is_first_of_suite, const heap::Figures& overhead);
// Called by a function with few variables of its own, before end_test: functions of the test that
// have returned left pointers on the stack, which would keep what it leaked reachable.
void wipe_unused_stack();
void end_test(const TestName& name, const Reporter& reporter);

// A torture adds its runs to the figures of the test that it is part of.
void add_torture_runs(std::uint64_t count);

// What REDZONE_TORTURE_ONLY named and nobody ran is a failure.
void end_all_tests(const Reporter& reporter);
// Says how many assertions were not measured, and why; nothing when all were. To standard output.
void print_unmeasured();

}  // namespace redzone::testing
