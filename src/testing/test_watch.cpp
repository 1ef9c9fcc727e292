#include "redzone/testing/test_watch.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "redzone/base/check.hpp"
#include "testing/injection.hpp"
#include "testing/leak_check.hpp"
#include "testing/leak_history.hpp"
#include "testing/overhead.hpp"
#include "testing/test_names.hpp"
#include "testing/unmeasured.hpp"

namespace redzone::testing {
namespace {

// Filled before main; a function's static, because other static objects register before ours would
// be made.
struct Budgets {
  std::array<RegisteredBudget*, kBudgetsMax> all{};
  std::size_t count = 0;
};
Budgets& budgets() {
  static Budgets budgets;
  return budgets;
}

// The test that runs.
struct Watch {
  std::array<std::optional<Measurement>, kBudgetsOfATestMax> held;
  std::array<const RegisteredBudget*, kBudgetsOfATestMax> held_to{};
  std::size_t held_count = 0;
  std::optional<heap::Scope> scope;
  heap::Figures overhead;
  std::uint64_t torture_run_count = 0;
};
Watch& watch() {
  static Watch watch;
  return watch;
}

LeakHistory& leak_history() {
  static LeakHistory history;
  return history;
}

struct Figure {
  const char* key;
  heap::Quantity quantity;
  std::optional<std::uint64_t> heap::Figures::* value;
};
constexpr std::array<Figure, 5> kFigures = {{
    {"redzone_allocation_count", heap::Quantity::allocation_count,
     &heap::Figures::allocation_count},
    {"redzone_requested_bytes", heap::Quantity::requested_bytes, &heap::Figures::requested_bytes},
    {"redzone_peak_bytes", heap::Quantity::peak_bytes, &heap::Figures::peak_bytes},
    {"redzone_largest_bytes", heap::Quantity::largest_bytes, &heap::Figures::largest_bytes},
    {"redzone_live_bytes", heap::Quantity::live_bytes, &heap::Figures::live_bytes},
}};

void add_name(std::string& list, const char* name) {
  if (!list.empty()) list += ',';
  list += name;
}

void record_figures(const heap::Figures& figures, const heap::Figures& overhead,
                    const Reporter& reporter) {
  std::string unknown;
  std::string approximate;
  for (const Figure& figure : kFigures) {
    const std::optional<std::uint64_t> value = figures.*figure.value;
    if (!value) {
      add_name(unknown, heap::name_of(figure.quantity));
      continue;
    }
    reporter.record(reporter.context, figure.key, std::to_string(*value).c_str());
    const bool is_a_bound =
        figure.quantity == heap::Quantity::largest_bytes && may_be_overhead(figures, overhead);
    if (is_a_bound || heap::capability(figure.quantity).exactness != heap::Exactness::exact) {
      add_name(approximate, heap::name_of(figure.quantity));
    }
  }
  if (!unknown.empty()) reporter.record(reporter.context, "redzone_unknown", unknown.c_str());
  if (!approximate.empty()) {
    reporter.record(reporter.context, "redzone_approximate", approximate.c_str());
  }
}

void judge_budgets(Watch& watch, const Reporter& reporter) {
  for (std::size_t i = watch.held_count; i-- > 0;) {
    const RegisteredBudget& budget = *watch.held_to[i];
    const Judgement judgement = watch.held[i]->judge();
    watch.held[i].reset();
    if (!judgement) {
      const std::string text = "the budget of " + std::string(budget.suite) +
                               (*budget.test == '\0' ? "" : ".") + budget.test + ": " +
                               judgement.message();
      reporter.fail(reporter.context, budget.file, budget.line, text.c_str());
    }
  }
  watch.held_count = 0;
}

void fail_unknown(const RegisteredBudget& budget, const Reporter& reporter) {
  const std::string name =
      std::string(budget.suite) + (*budget.test == '\0' ? "" : ".") + budget.test;
  const std::string text = "a budget is made for '" + name +
                           "', and this program has no such test. Next step: write the names as "
                           "in TEST, TEST_F, TEST_P or TYPED_TEST";
  reporter.fail(reporter.context, budget.file, budget.line, text.c_str());
}

}  // namespace

RegisteredBudget::RegisteredBudget(const char* suite_name, const char* test_name,
                                   const HeapLimits& limits_of_each, const char* in_file,
                                   int at_line, bool /*is_listened_to*/)
    : suite(suite_name), test(test_name), limits(limits_of_each), file(in_file), line(at_line) {
  Budgets& all = budgets();
  REDZONE_CHECK(all.count < kBudgetsMax);
  all.all[all.count++] = this;
}

bool claim_listener() {
  static std::atomic<bool> is_claimed{false};
  return !is_claimed.exchange(true);
}

void declare_test(const TestName& name) {
  tell_only_of_test(name.suite, name.test, false);
  Budgets& all = budgets();
  for (std::size_t i = 0; i < all.count; ++i) {
    RegisteredBudget& budget = *all.all[i];
    if (is_test_of(name, budget.suite, budget.test)) budget.has_a_test = true;
  }
}

void check_declared_tests(const Reporter& reporter) {
  const Budgets& all = budgets();
  for (std::size_t i = 0; i < all.count; ++i) {
    if (!all.all[i]->has_a_test) fail_unknown(*all.all[i], reporter);
  }
}

void start_test(const TestName& name, bool is_first_of_suite, const heap::Figures& overhead) {
  tell_only_of_test(name.suite, name.test, true);
  // What leaked before the first test of a suite is no test's leak; the check at the end of the
  // program reports it.
  if (is_first_of_suite && can_check_leaks()) {
    static_cast<void>(leak_history().take_new(check_leaks()));
  }
  Watch& state = watch();
  state.overhead = overhead;
  state.torture_run_count = 0;
  state.held_count = 0;
  const Budgets& all = budgets();
  for (std::size_t i = 0; i < all.count; ++i) {
    const RegisteredBudget& budget = *all.all[i];
    if (!is_test_of(name, budget.suite, budget.test)) continue;
    REDZONE_CHECK(state.held_count < kBudgetsOfATestMax);
    state.held_to[state.held_count] = &budget;
    state.held[state.held_count].emplace(budget.limits, overhead);
    ++state.held_count;
  }
  state.scope.emplace();
}

void end_test(const TestName& name, const Reporter& reporter) {
  Watch& state = watch();
  if (!state.scope) return;
  state.scope->close();
  const heap::Figures figures = without_overhead(state.scope->figures(), state.overhead);
  state.scope.reset();
  judge_budgets(state, reporter);
  if (can_check_leaks()) {
    const std::string leaks = leak_history().take_new(check_leaks());
    if (!leaks.empty()) {
      const std::string text = "LeakSanitizer found leaks of this test, " +
                               std::string(name.suite) + '.' + name.test + ":\n" + leaks;
      reporter.fail(reporter.context, name.file, name.line, text.c_str());
    }
  }
  record_figures(figures, state.overhead, reporter);
  if (state.torture_run_count > 0) {
    reporter.record(reporter.context, "redzone_torture_runs",
                    std::to_string(state.torture_run_count).c_str());
  }
}

void add_torture_runs(std::uint64_t count) { watch().torture_run_count += count; }

void end_all_tests(const Reporter& reporter) {
  const std::string unused = unused_only();
  if (unused.empty()) return;
  const std::string text = "REDZONE_TORTURE_ONLY=" + unused +
                           " names no injection that a test of this run made. Next step: copy it "
                           "from the message of a torture, and run the test that it names";
  reporter.fail(reporter.context, "", 0, text.c_str());
}

void print_unmeasured() {
  const std::string text = unmeasured_text();
  std::fflush(stdout);  // what GoogleTest has printed comes first
  const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
  static_cast<void>(written);
}

}  // namespace redzone::testing
