#include <array>
#include <cstdint>

#include "redzone/testing/torture.hpp"
#include "testing/torture_loop.hpp"

namespace redzone::testing {
namespace {

using detail::ReadFault;
using detail::Source;

// A plan that never comes true counts.
constexpr std::uint64_t kNever = UINT64_MAX;

// Reads that go wrong by the source's own plan.
class FailingReads final : public Attack {
 public:
  FailingReads(const Source& source, ReadFault fault, std::uint64_t nth, bool for_ever)
      : source_(source), fault_(fault), nth_(nth), for_ever_(for_ever) {}

  void begin(RunRecord& /*record*/) override {
    source_.arm(source_.object, fault_, nth_, for_ever_);
  }
  void end(RunRecord& record) override {
    record.operation_count = operation_count();
    source_.disarm(source_.object);
    record.was_reached = record.operation_count >= nth_;
    // Short and interrupted reads may be made good.
    record.harmful_count = record.was_reached && fault_ == ReadFault::fails ? 1 : 0;
  }
  [[nodiscard]] std::uint64_t operation_count() const override {
    return source_.operations(source_.object);
  }

 private:
  Source source_;
  ReadFault fault_;
  std::uint64_t nth_;
  bool for_ever_;
};

struct Way {
  ReadFault fault;
  const char* verb;
  const char* key;
};
constexpr std::array<Way, 3> kWays = {{
    {ReadFault::fails, "failed", "fails-"},
    {ReadFault::returns_short, "returned short", "short-"},
    {ReadFault::is_interrupted, "met an interruption", "interrupted-"},
}};

class IoTorture {
 public:
  IoTorture(const Torture& torture, const Source& source, const detail::Block& block,
            const TestSite& site)
      : torture_(torture), source_(source), loop_(torture, block, site, "EXPECT_IO_SAFE") {}

  Judgement run() {
    if (loop_.is_wanted() && has_counted()) loop_.inject_each([this] { inject_all(); });
    return loop_.judgement();
  }

 private:
  bool has_counted() {
    FailingReads attack(source_, ReadFault::fails, kNever, false);
    RunRecord first;
    RunRecord second;
    Injection nothing;
    nothing.noun = "read";
    loop_.warm_up();
    loop_.count(attack, nothing, first);
    if (!loop_.findings().empty()) return false;
    loop_.count(attack, nothing, second);
    if (!loop_.agree(first, second, nothing.noun)) return false;
    total_ = second.operation_count;
    if (total_ > 0) return true;
    loop_.findings().add(Verdict::nothing_injected,
                         "the block reads nothing from the source, so nothing was proved. Next "
                         "step: let the block read from the object that the assertion is given");
    return false;
  }

  void inject_all() {
    if (!loop_.is_within_runs_max(2 * kWays.size() * total_, "read")) return;
    for (std::uint64_t number = 1; number <= total_; ++number) {
      for (const Way& way : kWays) {
        for (const bool for_ever : {false, true}) {
          if (for_ever && way.fault == ReadFault::is_interrupted &&
              torture_.options().may_retry_for_ever) {
            continue;
          }
          Injection injection;
          injection.noun = "read";
          injection.verb = way.verb;
          injection.key = way.key;
          injection.number = number;
          injection.total = total_;
          injection.for_ever = for_ever;
          FailingReads attack(source_, way.fault, number, for_ever);
          std::uint64_t no_trace = 0;
          if (!loop_.inject(attack, injection, &no_trace)) return;
        }
      }
    }
  }

  Torture torture_;
  Source source_;
  TortureLoop loop_;
  std::uint64_t total_ = 0;
};

}  // namespace

Judgement torture_io(const Torture& torture, const Source& source, const detail::Block& block,
                     const TestSite& site) {
  return IoTorture(torture, source, block, site).run();
}

}  // namespace redzone::testing
