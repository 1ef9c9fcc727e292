#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>

#include "redzone/heap/fault_plan.hpp"
#include "redzone/testing/torture.hpp"
#include "testing/text.hpp"
#include "testing/torture_loop.hpp"

namespace redzone::testing {
namespace {

// Allocations that fail by a plan.
class FailingAllocations final : public Attack {
 public:
  explicit FailingAllocations(const heap::FaultPlan& plan) : plan_(plan) {}

  void begin(RunRecord& record) override {
    plan_.on_first_injected_context = &record;
    plan_.on_first_injected = [](void* context, const heap::Event& event) {
      static_cast<RunRecord*>(context)->injected = event;
    };
    heap::arm(plan_);
  }
  void end(RunRecord& record) override {
    const heap::FaultReport report = heap::disarm();
    record.was_reached = report.injected_count > 0;
    record.operation_count = report.matched_count;
    record.lost_stack_count = report.lost_stack_count;
    record.trace_hash = report.sequence_hash;
    record.harmful_count = report.injected_count - report.harmless_count;
    record.injected = report.first_injected;
  }
  [[nodiscard]] std::uint64_t operation_count() const override {
    return heap::fault_report().matched_count;
  }

 private:
  heap::FaultPlan plan_;
};

// The numbers of the allocations that are made to fail, of `total`.
class Numbers {
 public:
  Numbers(const Torture& torture, std::uint64_t total) : total_(total) {
    if (torture.options().once_per_stack) take_firsts();
    if (torture.options().sample_one_in > 1) take_sample(torture);
  }

  [[nodiscard]] std::uint64_t size() const { return total_; }
  // Numbers count from 1, indices from 0.
  [[nodiscard]] std::uint64_t operator[](std::uint64_t index) const {
    return list_ == nullptr ? index + 1 : list_[index];
  }

 private:
  void take_firsts() {
    list_ = std::make_unique<std::uint64_t[]>(heap::kStacksMax);
    total_ = heap::stack_firsts(list_.get(), heap::kStacksMax);
  }

  static bool is_drawn(std::uint64_t number, const Torture& torture) {
    return heap::is_sampled(number, torture.options().seed, torture.options().sample_one_in);
  }

  void take_sample(const Torture& torture) {
    std::uint64_t drawn_count = 0;
    for (std::uint64_t i = 0; i < total_; ++i) {
      if (is_drawn((*this)[i], torture)) ++drawn_count;
    }
    auto drawn = std::make_unique<std::uint64_t[]>(std::max<std::uint64_t>(1, drawn_count));
    drawn_count = 0;
    for (std::uint64_t i = 0; i < total_; ++i) {
      if (is_drawn((*this)[i], torture)) drawn[drawn_count++] = (*this)[i];
    }
    // A sample of few may be empty; the middle one then stands for all.
    if (drawn_count == 0 && total_ > 0) drawn[drawn_count++] = (*this)[total_ / 2];
    list_ = std::move(drawn);
    total_ = drawn_count;
  }

  std::uint64_t total_;
  std::unique_ptr<std::uint64_t[]> list_;  // null: all
};

// Why this build may have reached no allocation although there are some; null: it reaches all.
const char* unreached_reason() {
  for (unsigned i = 0; i < heap::kReachCount; ++i) {
    const heap::Capability coverage = heap::fault_coverage(static_cast<heap::Reach>(i));
    if (coverage.exactness == heap::Exactness::unknown) return coverage.reason;
  }
  return nullptr;
}

class OomTorture {
 public:
  OomTorture(const Torture& torture, const detail::Block& block, const TestSite& site)
      : torture_(torture), loop_(torture, block, site, "EXPECT_OOM_SAFE") {}

  Judgement run() {
    if (loop_.is_wanted() && has_counted()) loop_.inject_each([this] { inject_all(); });
    return loop_.judgement();
  }

 private:
  [[nodiscard]] heap::FaultPlan plan() const {
    heap::FaultPlan plan;
    plan.size_bytes_min = torture_.options().size_bytes_min;
    plan.who = torture_.options().all_threads ? heap::Who::process : heap::Who::this_thread;
    return plan;
  }

  bool has_counted() {
    loop_.warm_up();
    heap::FaultPlan counting = plan();
    counting.nth = 0;
    if (torture_.options().once_per_stack) counting.among = heap::Among::new_stacks;
    FailingAllocations attack(counting);
    RunRecord first;
    RunRecord second;
    const Injection nothing;
    loop_.count(attack, nothing, first);
    if (!loop_.findings().empty()) return false;
    loop_.count(attack, nothing, second);
    if (!loop_.agree(first, second, nothing.noun)) return false;
    total_ = second.operation_count;
    if (second.lost_stack_count > 0) {
      loop_.findings().add(
          Verdict::too_many_runs,
          "the block allocates from more than " + std::to_string(heap::kStacksMax) +
              " distinct call stacks, and those of " +
              count_text(second.lost_stack_count, "allocation") +
              " were not told apart. Next step: torture smaller blocks, or use sampled()");
      return false;
    }
    if (total_ > 0) return true;
    if (const char* const reason = unreached_reason(); reason != nullptr) {
      loop_.note_unmeasured(reason);
    } else {
      loop_.findings().add(Verdict::nothing_injected,
                           "the block allocates nothing that could fail, so nothing was proved. "
                           "Next step: EXPECT_NO_ALLOCATION says the same and means it");
    }
    return false;
  }

  void inject_all() {
    const Numbers numbers(torture_, total_);
    if (!loop_.is_within_runs_max(2 * numbers.size(), "allocation")) return;
    for (std::uint64_t i = 0; i < numbers.size(); ++i) {
      Injection injection;
      injection.total = total_;
      injection.number = numbers[i];
      std::uint64_t trace_hash = 0;
      for (const bool for_ever : {false, true}) {
        injection.for_ever = for_ever;
        heap::FaultPlan failing = plan();
        failing.nth = numbers[i];
        failing.for_ever = for_ever;
        FailingAllocations attack(failing);
        if (!loop_.inject(attack, injection, &trace_hash)) return;
      }
    }
  }

  Torture torture_;
  TortureLoop loop_;
  std::uint64_t total_ = 0;
};

}  // namespace

Judgement torture_oom(const Torture& torture, const detail::Block& block, const TestSite& site) {
  return OomTorture(torture, block, site).run();
}

}  // namespace redzone::testing
