#include "tests/heap/string_of_cpp17.hpp"

// NOLINTBEGIN(misc-include-cleaner): that they compile as C++17 is what they are included for
#include "redzone/heap/fault_plan.hpp"
#include "redzone/heap/figures.hpp"
#include "redzone/heap/harmless.hpp"
#include "redzone/heap/phase.hpp"
#include "redzone/heap/scope.hpp"
#include "redzone/heap/stack.hpp"
#include "redzone/heap/uncounted.hpp"
// NOLINTEND(misc-include-cleaner)

static_assert(__cplusplus == 201703L, "the headers of heap compile as C++17");

namespace redzone::heap {

std::string* string_of_cpp17(std::size_t size) { return new std::string(size, 'x'); }

}  // namespace redzone::heap
