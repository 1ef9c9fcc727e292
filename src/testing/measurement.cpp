#include <algorithm>
#include <array>
#include <string>

#include "redzone/testing/heap_limits.hpp"
#include "testing/overhead.hpp"
#include "testing/stack_lines.hpp"
#include "testing/text.hpp"
#include "testing/unmeasured.hpp"

namespace redzone::testing {
namespace {

constexpr std::size_t kContributorsShown = 5;

std::uint64_t more(std::uint64_t limit, const std::optional<std::uint64_t>& overhead) {
  return limit + std::min(HeapLimits::kNone - limit, overhead.value_or(0));
}

heap::ScopeOptions options_of(const HeapLimits& limits, const heap::Figures& overhead) {
  heap::ScopeOptions options;
  options.who = limits.values().who;
  options.explain_peak_bytes = more(limits.values().peak_bytes_max, overhead.live_bytes);
  options.explain_largest_bytes =
      std::max(limits.values().largest_bytes_max, overhead.largest_bytes.value_or(0));
  options.explain_allocation_count =
      more(limits.values().allocation_count_max, overhead.allocation_count);
  options.record_blocks = limits.values().live_bytes_max != HeapLimits::kNone;
  return options;
}

// The number of an allocation among those that are not overhead, which come first.
std::uint64_t number_of(const heap::Event& event, const heap::Figures& overhead) {
  return event.number - std::min(event.number, overhead.allocation_count.value_or(0));
}

std::string peak_text(const heap::Scope& scope, const heap::Figures& overhead,
                      std::uint64_t measured, std::uint64_t limit) {
  std::string text = exceeds_text("peak heap", measured, limit);
  std::array<heap::Contributor, kContributorsShown> contributors;
  const std::size_t count = scope.contributors(contributors.data(), contributors.size());
  if (count > 0) {
    text += "; largest contributors:";
    text += contributor_lines(contributors.data(), count);
  }
  const heap::Event crossing = scope.crossed_peak();
  if (crossing.number != 0) {
    text += "\nthe limit is crossed by allocation " +
            std::to_string(number_of(crossing, overhead)) + ", of " +
            bytes_text(crossing.size_bytes);
    text += stack_lines(crossing.stack);
  }
  return text;
}

std::string largest_text(const heap::Scope& scope, const heap::Figures& overhead,
                         std::uint64_t measured, std::uint64_t limit) {
  std::string text = exceeds_text("largest allocation", measured, limit);
  const heap::Event event = scope.crossed_largest();
  if (event.number != 0) {
    text += "; the first above it is allocation " + std::to_string(number_of(event, overhead)) +
            ", of " + bytes_text(event.size_bytes);
    text += stack_lines(event.stack);
  }
  return text;
}

std::string allocations_text(const heap::Scope& scope, std::uint64_t measured,
                             std::uint64_t limit) {
  std::string text = count_text(measured, "allocation");
  if (limit == 0) {
    text += " where none is allowed; the first";
  } else {
    text += measured == 1 ? " exceeds" : " exceed";
    text += " the limit of " + std::to_string(limit) + "; the first above it";
  }
  const heap::Event event = scope.crossed_allocation_count();
  text += ", of " + bytes_text(event.size_bytes);
  return text + stack_lines(event.stack);
}

std::string live_text(const heap::Scope& scope, const heap::Figures& figures, std::uint64_t limit) {
  std::string text = bytes_text(figures.live_bytes.value_or(0));
  if (figures.live_block_count) text += " in " + count_text(*figures.live_block_count, "block");
  text += limit == 0 ? " still live at the end:"
                     : " still live at the end, more than " + bytes_text(limit) + ":";
  std::array<heap::Contributor, kContributorsShown> groups;
  const std::size_t count = scope.leaked(groups.data(), groups.size());
  return text + contributor_lines(groups.data(), count);
}

bool exceeds_live(const heap::Figures& figures, std::uint64_t limit) {
  return figures.live_bytes.value_or(0) > limit ||
         (limit == 0 && figures.live_block_count.value_or(0) > 0);
}

// Gathers what is wrong, a paragraph each.
class Complaints {
 public:
  explicit Complaints(heap::Who who) : who_(who) {}

  void add(const std::string& text) {
    if (text.empty()) return;
    if (!text_.empty()) text_ += '\n';
    text_ += text;
  }
  void add_unmeasured(const char* what, heap::Quantity quantity) {
    add(note_unmeasured(what, quantity, who_));
  }
  [[nodiscard]] Judgement judgement() const {
    return text_.empty() ? Judgement() : Judgement::bad(text_);
  }

 private:
  heap::Who who_;
  std::string text_;
};

}  // namespace

Measurement::Measurement(const HeapLimits& limits, const heap::Figures& overhead)
    : limits_(limits), overhead_(overhead), scope_(options_of(limits, overhead)) {}

Judgement Measurement::judge() {
  scope_.close();
  const heap::Figures figures = without_overhead(scope_.figures(), overhead_);
  Complaints complaints(limits_.values().who);
  if (limits_.values().peak_bytes_max != HeapLimits::kNone) {
    if (!figures.peak_bytes) {
      complaints.add_unmeasured("peak heap", heap::Quantity::peak_bytes);
    } else if (*figures.peak_bytes > limits_.values().peak_bytes_max) {
      complaints.add(
          peak_text(scope_, overhead_, *figures.peak_bytes, limits_.values().peak_bytes_max));
    }
  }
  if (limits_.values().largest_bytes_max != HeapLimits::kNone) {
    if (!figures.largest_bytes) {
      complaints.add_unmeasured("largest allocation", heap::Quantity::largest_bytes);
    } else if (*figures.largest_bytes > limits_.values().largest_bytes_max &&
               *figures.largest_bytes > overhead_.largest_bytes.value_or(0)) {
      complaints.add(largest_text(scope_, overhead_, *figures.largest_bytes,
                                  limits_.values().largest_bytes_max));
    }
  }
  if (limits_.values().allocation_count_max != HeapLimits::kNone) {
    if (!figures.allocation_count) {
      complaints.add_unmeasured("allocation count", heap::Quantity::allocation_count);
    } else if (*figures.allocation_count > limits_.values().allocation_count_max) {
      complaints.add(allocations_text(scope_, *figures.allocation_count,
                                      limits_.values().allocation_count_max));
    }
  }
  if (limits_.values().live_bytes_max != HeapLimits::kNone) {
    if (!figures.live_bytes) {
      complaints.add_unmeasured("live bytes", heap::Quantity::live_bytes);
    } else if (exceeds_live(figures, limits_.values().live_bytes_max)) {
      complaints.add(live_text(scope_, figures, limits_.values().live_bytes_max));
    }
  }
  return complaints.judgement();
}

}  // namespace redzone::testing
