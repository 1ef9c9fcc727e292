#pragma once
// Names the frames of stacks. What heap::describe_frame cannot name, because an optimised program
// has no symbols at run time, llvm-symbolizer or addr2line reads from the debug information.
// Private to testing.
//
// Bounds:  a tool has kToolMs, and a process starts one at most kToolStartsMax times; its output is
//          read up to 256 KiB. Where no tool answers, module and offset stay.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "redzone/heap/stack.hpp"

namespace redzone::testing {

inline constexpr std::uint64_t kToolMs = 20'000;
inline constexpr unsigned kToolStartsMax = 256;
// Functions that one address shows: the innermost, and the one that the others are inlined in.
inline constexpr std::size_t kInlinedMax = 8;

// What a message shows of a stack, innermost first. Frames of the allocator and the containers
// above it are left out unless nothing else is there, and so is what runs the test.
struct StackText {
  static constexpr std::size_t kLinesMax = 8;

  std::array<std::string, kLinesMax> lines;
  std::size_t line_count = 0;
};
[[nodiscard]] StackText stack_text(const heap::Stack& stack);

// How often this process has started a tool, or tried to.
[[nodiscard]] unsigned tool_start_count();

// Whether a test framework made this allocation, of the text of an assertion say, and not the code
// that it tests. Unknown, where nothing names the frames, is no.
[[nodiscard]] bool is_of_framework(const heap::Stack& stack);

// The frames of one address as tools of the GNU kind print them: pairs of lines, function and
// place, after a line with the address. `take` gets each pair with the number of its address.
void read_tool_output(std::string_view output,
                      void (*take)(void* context, std::size_t address_index,
                                   std::string_view function, std::string_view place),
                      void* context);

}  // namespace redzone::testing
