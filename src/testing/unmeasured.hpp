#pragma once
// What could not be measured in this build: counted, so that the end of the run can say it, or
// refused where the environment has REDZONE_HEAP_REQUIRE=1. Private to testing.

#include <string>

#include "redzone/heap/figures.hpp"

namespace redzone::testing {

// `what` and `reason` are static. Returns the text of a failure when REDZONE_HEAP_REQUIRE asks for
// one, else "".
[[nodiscard]] std::string note_unmeasured(const char* what, const char* reason);
// The same for a figure that a scope did not give; knows why.
[[nodiscard]] std::string note_unmeasured(const char* what, heap::Quantity quantity, heap::Who who);

// Lines for the end of the run; "" when all was measured.
[[nodiscard]] std::string unmeasured_text();
void forget_unmeasured();

}  // namespace redzone::testing
