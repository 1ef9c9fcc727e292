#pragma once
// Which frames belong to a sanitizer's allocator, so that a stack begins in the program.

#include <cstdint>

namespace redzone::heap {

// Whether this return address lies in malloc, operator new or their kin as a sanitizer's run-time
// defines them. Always false where there is no sanitizer. Looks an address up once, then remembers.
bool is_frame_of_run_time(std::uintptr_t address);

}  // namespace redzone::heap
