#pragma once
// Asks LeakSanitizer for leaks in the middle of a program, and reads its report. Private to
// testing.

#include <string>

namespace redzone::testing {

// Whether this program can be asked: it has LeakSanitizer, and REDZONE_LEAKS_PER_TEST is not 0.
[[nodiscard]] bool can_check_leaks();
// The report; "" when there are no leaks. At most 1 MiB.
[[nodiscard]] std::string check_leaks();

}  // namespace redzone::testing
