#pragma once
// Names of functions and places, as short as a line of a message allows. Private to testing.

#include <cstddef>
#include <string>
#include <string_view>

namespace redzone::testing {

// Longer names are those of templates, whose end nobody reads.
inline constexpr std::size_t kFunctionBytesMax = 160;

// "ns::parse(...) parser.cpp:41" for "ns::parse(Cursor&, int)" and "/src/parser.cpp:41"; what a
// template returns and the mark of a copy that the compiler made are left out.
[[nodiscard]] std::string frame_text(std::string_view function, std::string_view place);
// Whether a function belongs to the allocator, or to the standard library above it: nobody looks
// there for the place that takes memory.
[[nodiscard]] bool is_plumbing(std::string_view function);
// Whether a function is GoogleTest's.
[[nodiscard]] bool is_framework(std::string_view function);
// Whether a function belongs to what runs the test: the torture, GoogleTest, main's callers.
[[nodiscard]] bool is_harness(std::string_view function, std::string_view place);

}  // namespace redzone::testing
