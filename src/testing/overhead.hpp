#pragma once
// What a test framework allocates around a test, taken off the test's figures. Private to testing.

#include "redzone/heap/figures.hpp"

namespace redzone::testing {

// As if the overhead had not been. The largest allocation stays: see may_be_overhead.
[[nodiscard]] heap::Figures without_overhead(heap::Figures figures, const heap::Figures& overhead);
// Whether the largest allocation may be one of the overhead's: the figure is then a bound.
[[nodiscard]] bool may_be_overhead(const heap::Figures& figures, const heap::Figures& overhead);

}  // namespace redzone::testing
