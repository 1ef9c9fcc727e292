#include "testing/overhead.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>

namespace redzone::testing {
namespace {

void take_off(std::optional<std::uint64_t>& figure, const std::optional<std::uint64_t>& overhead) {
  if (figure) *figure -= std::min(*figure, overhead.value_or(0));
}

}  // namespace

heap::Figures without_overhead(heap::Figures figures, const heap::Figures& overhead) {
  take_off(figures.allocation_count, overhead.allocation_count);
  take_off(figures.requested_bytes, overhead.requested_bytes);
  // It is live all the time, and gone when the test has ended.
  take_off(figures.peak_bytes, overhead.live_bytes);
  if (figures.allocation_count == std::uint64_t{0} && figures.largest_bytes) {
    figures.largest_bytes = 0;
  }
  return figures;
}

bool may_be_overhead(const heap::Figures& figures, const heap::Figures& overhead) {
  return figures.largest_bytes.value_or(0) > 0 && figures.largest_bytes == overhead.largest_bytes;
}

}  // namespace redzone::testing
