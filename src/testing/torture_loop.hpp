#pragma once
// What the tortures of allocations and of reads share: running, judging, and telling. Private to
// testing.

#include <cstdint>
#include <string>

#include "redzone/testing/torture.hpp"
#include "testing/attack.hpp"
#include "testing/findings.hpp"

namespace redzone::testing {

class TortureLoop {
 public:
  // `what` names the assertion: "EXPECT_OOM_SAFE".
  TortureLoop(const Torture& torture, const detail::Block& block, const TestSite& site,
              const char* what);
  TortureLoop(const TortureLoop&) = delete;
  TortureLoop& operator=(const TortureLoop&) = delete;
  ~TortureLoop();

  // False: there is nothing to do, because REDZONE_TORTURE_ONLY means another torture, or this one
  // runs within another, which is a finding.
  [[nodiscard]] bool is_wanted() const { return is_alone_ && !only_.excludes_all(); }

  // A run that nobody looks at.
  void warm_up();
  // A run in which nothing fails; `attack` only counts. Blocks that it leaves are a finding.
  void count(Attack& attack, const Injection& injection, RunRecord& record);
  // Whether two runs that counted agree; if not, that is a finding.
  bool agree(const RunRecord& first, const RunRecord& second, const char* noun);
  // Whether so many injections are allowed; if not, that is a finding.
  bool is_within_runs_max(std::uint64_t injection_count, const char* noun);

  // A run in which `attack` makes one thing fail. False: the torture ends here, because its
  // numbers mean nothing. `expected_trace` is that of an earlier run up to the same failure, or 0.
  bool inject(Attack& attack, const Injection& injection, std::uint64_t* expected_trace);

  // Runs `inject_all`, which calls inject() for each injection. Where looking at what a run leaves
  // behind is slow, one look at the end stands for all, and each run is looked at only if that
  // finds something.
  template <class InjectAll>
  void inject_each(InjectAll inject_all) {
    if (!looks_once_) return inject_all();
    heap::Scope scope;
    inject_all();
    scope.close();
    looks_once_ = false;
    if (scope.figures().live_bytes.value_or(0) > 0 && findings_.empty()) inject_all();
  }

  Findings& findings() { return findings_; }
  // What this build could not do, with REDZONE_HEAP_REQUIRE=1 a finding.
  void note_unmeasured(const char* reason);
  [[nodiscard]] Judgement judgement();

 private:
  void run(Attack& attack, const Injection& injection, ChildResult& result);
  [[nodiscard]] Verdict verdict_of(const ChildResult& result, const Injection& injection,
                                   std::uint64_t expected_trace) const;
  // The allocation that failed was an assertion's own, which does without its text.
  [[nodiscard]] static bool is_of_assertion(const RunRecord& record);
  void refuse_beside(const TortureLoop& other);
  void note_unknown_leaks(const RunRecord& record);

  Torture torture_;
  detail::Block block_;
  TestSite site_;
  Only only_;
  Findings findings_;
  const char* what_;
  std::uint64_t run_count_ = 0;
  bool is_alone_ = false;  // no other torture of this process runs
  bool looks_once_ = false;
  bool has_noted_leaks_ = false;
  std::string refusal_;
};

}  // namespace redzone::testing
