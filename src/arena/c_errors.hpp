#pragma once
// Errors of C++ as those of the C interface, and the last of them in each thread.

#include <cstdint>

#include "redzone/arena/arena.h"
#include "redzone/base/error.hpp"
#include "redzone/base/result.hpp"

namespace redzone {

// Each keeps the error as the thread's last, and gives its code.
redzone_arena_code remember(const Error& error);
redzone_arena_code code_of(const Status& status);  // OK, and nothing kept, where it is none
redzone_arena_code refuse(redzone_arena_code code, const char* field);
redzone_arena_code refuse(redzone_arena_code code, const char* field, std::uint64_t value,
                          std::uint64_t limit);
redzone_arena_code refuse_null(const char* argument);

}  // namespace redzone
