#include "testing/torture_loop.hpp"

#include <atomic>

#include "redzone/testing/test_watch.hpp"
#include "testing/symbolizer.hpp"
#include "testing/text.hpp"
#include "testing/unmeasured.hpp"
#include "testing/watchdog.hpp"

namespace redzone::testing {
namespace {

// What goes wrong goes wrong for the process: a torture has it alone.
std::atomic<const TortureLoop*> g_running{nullptr};

}  // namespace

TortureLoop::TortureLoop(const Torture& torture, const detail::Block& block, const TestSite& site,
                         const char* what)
    : torture_(torture),
      block_(block),
      site_(site),
      only_(site),
      findings_(site),
      what_(what),
      // Memcheck searches the whole memory for each look. A child's memory is gone at the end.
      looks_once_(heap::back_end() == heap::BackEnd::valgrind && !torture.options().in_child) {
  const TortureLoop* other = nullptr;
  is_alone_ = g_running.compare_exchange_strong(other, this);
  if (!is_alone_) {
    refuse_beside(*other);
  } else if (!is_wanted()) {
    note_unmeasured("REDZONE_TORTURE_ONLY names another torture");
  }
}

TortureLoop::~TortureLoop() {
  if (is_alone_) g_running = nullptr;
}

void TortureLoop::refuse_beside(const TortureLoop& other) {
  std::string text = std::string("tortures do not nest, and this ") + what_;
  text += " is reached while the " + std::string(other.what_) + " at ";
  text += std::string(other.site_.file) + ':' + std::to_string(other.site_.line);
  text +=
      " runs its block; neither has proved anything. Next step: torture the inner block in a "
      "test of its own";
  findings_.add(Verdict::nothing_injected, text);
}

void TortureLoop::warm_up() {
  ++run_count_;
  block_.run(block_.context);
}

void TortureLoop::count(Attack& attack, const Injection& injection, RunRecord& record) {
  ++run_count_;
  run_block(block_, attack, record);
  note_unknown_leaks(record);
  if (record.failure_count > 0) {
    findings_.add(Verdict::failed_expectation, injection, record, nullptr);
  } else if (record.left.is_some && !torture_.options().may_keep_blocks) {
    findings_.add(Verdict::leaked, injection, record, nullptr);
  }
}

bool TortureLoop::agree(const RunRecord& first, const RunRecord& second, const char* noun) {
  if (first.operation_count == second.operation_count && first.trace_hash == second.trace_hash) {
    return true;
  }
  std::string text = "two runs of the block in which nothing failed differ: the first made ";
  text += count_text(first.operation_count, noun) + ", the second ";
  text += std::to_string(second.operation_count);
  if (first.operation_count == second.operation_count) text += " of other sizes";
  findings_.add(Verdict::nondeterministic,
                text + ". Next step: let each run of the block start from the same state");
  return false;
}

bool TortureLoop::is_within_runs_max(std::uint64_t injection_count, const char* noun) {
  if (injection_count <= torture_.options().runs_max) return true;
  findings_.add(Verdict::too_many_runs,
                "the block needs " + std::to_string(injection_count) + " runs to let each " + noun +
                    " go wrong, and runs_max is " + std::to_string(torture_.options().runs_max) +
                    ". Next step: Torture().once_per_stack(), sampled() or runs_max()");
  return false;
}

void TortureLoop::run(Attack& attack, const Injection& injection, ChildResult& result) {
  ++run_count_;
  const std::uint64_t operation_count_max = kOperationsEndless + 100 * injection.total;
  if (torture_.options().in_child) {
    run_in_child(block_, attack, operation_count_max, torture_.options().child_seconds_max, result);
    return;
  }
  result.end = ChildEnd::finished;
  const auto run = looks_once_ ? &run_block_only : &run_block;
  if (!injection.for_ever) {
    run(block_, attack, result.record);
    return;
  }
  const std::string message =
      std::string("redzone: ") + what_ + ": endless: the block goes on after more than " +
      count_text(operation_count_max, injection.noun) + ", when " + injection_text(injection, 0) +
      "; nothing can stop it here.\nNext step: Torture().in_child(), which ends it, or "
      "may_retry_for_ever()\n";
  const Watchdog watchdog(attack, operation_count_max, nullptr, message.c_str());
  run(block_, attack, result.record);
}

bool TortureLoop::is_of_assertion(const RunRecord& record) {
  // Only an assertion that is kept has a text if it holds.
  return record.part_count > 0 && is_of_framework(record.injected.stack);
}

Verdict TortureLoop::verdict_of(const ChildResult& result, const Injection& injection,
                                std::uint64_t expected_trace) const {
  const RunRecord& record = result.record;
  if (result.end == ChildEnd::endless) return Verdict::endless;
  if (result.end != ChildEnd::finished) return Verdict::crashed;
  if (record.failure_count > 0) return Verdict::failed_expectation;
  if (record.left.is_some && !torture_.options().may_keep_blocks) return Verdict::leaked;
  if (record.claim == Claim::success && record.harmful_count > 0 && !is_of_assertion(record)) {
    return Verdict::swallowed;
  }
  if (!record.was_reached) return Verdict::nondeterministic;
  if (record.injected.number != 0 && record.injected.number != injection.number) {
    return Verdict::nondeterministic;
  }
  if (expected_trace != 0 && expected_trace != record.trace_hash) {
    return Verdict::nondeterministic;
  }
  return Verdict::safe;
}

bool TortureLoop::inject(Attack& attack, const Injection& injection,
                         std::uint64_t* expected_trace) {
  if (!only_.allows(injection)) return true;
  ChildResult result;
  run(attack, injection, result);
  Verdict verdict = verdict_of(result, injection, *expected_trace);
  if (verdict == Verdict::nondeterministic) {
    // A failure may have emptied a cache that the runs before had filled: fill it, and try again.
    warm_up();
    result = ChildResult();
    run(attack, injection, result);
    verdict = verdict_of(result, injection, *expected_trace);
  }
  note_unknown_leaks(result.record);
  if (verdict != Verdict::safe) {
    findings_.add(verdict, injection, result.record,
                  torture_.options().in_child ? &result : nullptr);
  }
  if (result.end == ChildEnd::finished) *expected_trace = result.record.trace_hash;
  return verdict != Verdict::nondeterministic && result.end != ChildEnd::not_started;
}

void TortureLoop::note_unmeasured(const char* reason) {
  refusal_ = redzone::testing::note_unmeasured(what_, reason);
}

// Whether a run leaked is a part of the verdict that another build may be able to give.
void TortureLoop::note_unknown_leaks(const RunRecord& record) {
  if (!record.is_finished && torture_.options().in_child) return;
  if (record.left.is_known || has_noted_leaks_ || torture_.options().may_keep_blocks) return;
  has_noted_leaks_ = true;
  constexpr const char* kWhat = "leaks within a torture";
  const std::string refusal =
      record.left.unknown_reason != nullptr
          ? redzone::testing::note_unmeasured(kWhat, record.left.unknown_reason)
          : redzone::testing::note_unmeasured(kWhat, heap::Quantity::live_bytes,
                                              heap::Who::process);
  if (refusal_.empty()) refusal_ = refusal;
}

Judgement TortureLoop::judgement() {
  add_torture_runs(run_count_);
  Judgement judgement = findings_.judgement(run_count_);
  if (judgement && !refusal_.empty()) return Judgement::bad(refusal_).with_runs(run_count_);
  return judgement;
}

}  // namespace redzone::testing
