#pragma once

#include "redzone/heap/scope.hpp"

namespace redzone::heap {

// Says on standard error what was allocated in the phase and where, and aborts.
[[noreturn]] void abort_phase(const char* name, const Event& event);

}  // namespace redzone::heap
