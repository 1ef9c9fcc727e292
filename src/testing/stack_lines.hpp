#pragma once
// Stacks within messages. Private to testing.

#include <cstddef>
#include <string>

#include "redzone/heap/scope.hpp"

namespace redzone::testing {

// "\n  64.0 KiB in 1 block  parse_header(...) parser.cpp:41\n      called from ..." for each.
[[nodiscard]] std::string contributor_lines(const heap::Contributor* contributors,
                                            std::size_t count);
// "\n  at parse_header(...) parser.cpp:41\n      called from ...", or "" for an empty stack.
[[nodiscard]] std::string stack_lines(const heap::Stack& stack);

}  // namespace redzone::testing
