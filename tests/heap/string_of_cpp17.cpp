#include "tests/heap/string_of_cpp17.hpp"

#include "redzone/heap/fault_plan.hpp"
#include "redzone/heap/figures.hpp"
#include "redzone/heap/harmless.hpp"
#include "redzone/heap/phase.hpp"
#include "redzone/heap/scope.hpp"
#include "redzone/heap/stack.hpp"

static_assert(__cplusplus == 201703L, "the headers of heap compile as C++17");

namespace redzone::heap {

std::string* string_of_cpp17(std::size_t size) { return new std::string(size, 'x'); }

}  // namespace redzone::heap
