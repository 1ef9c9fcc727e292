#include "testing/stack_lines.hpp"

#include "testing/symbolizer.hpp"
#include "testing/text.hpp"

namespace redzone::testing {
namespace {

std::string below(const StackText& text) {
  std::string lines;
  for (std::size_t i = 1; i < text.line_count; ++i) {
    lines += "\n      called from ";
    lines += text.lines[i];
  }
  return lines;
}

}  // namespace

std::string contributor_lines(const heap::Contributor* contributors, std::size_t count) {
  std::string lines;
  for (std::size_t i = 0; i < count; ++i) {
    const heap::Contributor& contributor = contributors[i];
    lines += contributor.is_sampled ? "\n  about " : "\n  ";
    lines += bytes_text(contributor.live_bytes);
    lines += " in ";
    lines += count_text(contributor.block_count, "block");
    lines += "  ";
    const StackText text = stack_text(contributor.stack);
    lines += text.line_count > 0 ? text.lines[0] : "(no stack was taken)";
    lines += below(text);
  }
  return lines;
}

std::string stack_lines(const heap::Stack& stack) {
  const StackText text = stack_text(stack);
  if (text.line_count == 0) return "";
  return "\n  at " + text.lines[0] + below(text);
}

}  // namespace redzone::testing
