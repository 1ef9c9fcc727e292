#include "testing/symbolizer.hpp"

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "redzone/base/bytes.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/os/process.hpp"
#include "testing/frame_names.hpp"
#include "testing/modules.hpp"

namespace redzone::testing {
namespace {

constexpr std::uint64_t kOutputBytesMax = 256 * kKiB;

// One address: the functions inlined there, innermost first.
struct Frame {
  std::array<std::string, kInlinedMax> functions;
  std::array<std::string, kInlinedMax> places;
  std::size_t count = 0;
  std::string fallback;  // what describe_frame says
  ModuleAddress module;  // path "": needs no tool

  void add(std::string_view function, std::string_view place) {
    // The outermost is the function that was called, and stays.
    if (count == kInlinedMax) --count;
    functions[count] = function;
    places[count] = place;
    ++count;
  }
};

struct Frames {
  std::array<Frame, heap::kFramesMax> frames;
  std::size_t count = 0;
};

std::atomic<unsigned> g_tool_starts{0};

bool ends_with_line_number(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  return colon != std::string_view::npos && colon + 1 < text.size() &&
         text.find_first_not_of("0123456789", colon + 1) == std::string_view::npos;
}

// What this process knows without help. A sanitizer's run-time names one function an address; a
// tool names those that were inlined there too, so it is asked all the same.
void describe(const heap::Stack& stack, Frames& frames) {
  std::array<char, 1024> line{};
  frames.count = stack.size();
  for (std::size_t i = 0; i < frames.count; ++i) {
    Frame& frame = frames.frames[i];
    frame.fallback = heap::describe_frame(stack, i, line.data(), line.size());
    // The instruction before the return address belongs to the call.
    frame.module = module_address(stack[i] - 1);
  }
}

// Of frames that no tool has named.
void add_fallback(Frame& frame) {
  const std::string_view text = frame.fallback;
  const std::size_t space = text.rfind(' ');
  if (ends_with_line_number(text) && space != std::string_view::npos) {
    frame.add(text.substr(0, space), text.substr(space + 1));
  } else {
    frame.add(text, "");
  }
}

// The words of a command line, kept as long as it runs.
class CommandLine {
 public:
  void add(std::string word) {
    if (count_ == kWordsMax) return;
    words_[count_] = std::move(word);
    ++count_;
  }
  [[nodiscard]] std::span<const char* const> words() {
    for (std::size_t i = 0; i < count_; ++i) pointers_[i] = words_[i].c_str();
    return {pointers_.data(), count_};
  }

 private:
  static constexpr std::size_t kWordsMax = heap::kFramesMax + 8;

  std::array<std::string, kWordsMax> words_;
  std::array<const char*, kWordsMax> pointers_{};
  std::size_t count_ = 0;
};

// Runs one tool on the frames of one module. False when the tool did not answer.
bool ask(const char* tool, bool is_llvm, const std::string& module, Frames& frames) {
  if (g_tool_starts.fetch_add(1) >= kToolStartsMax) return false;
  CommandLine command;
  command.add(tool);
  if (is_llvm) command.add("--output-style=GNU");
  for (const char* option : {"-a", "-f", "-C", "-i", "-e"}) command.add(option);
  command.add(module);
  std::array<std::size_t, heap::kFramesMax> asked{};
  std::size_t asked_count = 0;
  for (std::size_t i = 0; i < frames.count; ++i) {
    if (frames.frames[i].module.path != module) continue;
    std::array<char, 16> digits{};
    const std::to_chars_result end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                                   frames.frames[i].module.offset, 16);
    command.add("0x" + std::string(digits.data(), end.ptr));
    asked[asked_count++] = i;
  }
  MemoryBudget budget{{.max_single = kMiB, .max_total = 2 * kMiB}};
  os::ProcessRequest request;
  request.arguments = command.words();
  request.output_bytes_max = kOutputBytesMax;
  request.deadline_ms = kToolMs;
  const Result<os::ProcessOutcome> outcome = os::run_process(request, budget);
  if (!outcome || !outcome->has_succeeded()) {
    // Whoever was too slow once is not asked again.
    if (outcome && outcome->end == os::ProcessEnd::timed_out) g_tool_starts = kToolStartsMax;
    return false;
  }
  struct Answer {
    Frames* frames;
    const std::size_t* asked;
    std::size_t asked_count;
  } answer{&frames, asked.data(), asked_count};
  read_tool_output(
      outcome->standard_output.text(),
      [](void* context, std::size_t index, std::string_view function, std::string_view place) {
        const Answer& to = *static_cast<const Answer*>(context);
        if (index < to.asked_count && function != "??") {
          to.frames->frames[to.asked[index]].add(function, place.substr(0, 2) == "??" ? "" : place);
        }
      },
      &answer);
  return true;
}

// Libraries that come without debug information, and whose functions have symbols.
bool is_of_the_system(const std::string& module) {
  return module.starts_with("/lib/") || module.starts_with("/lib64/") ||
         module.starts_with("/usr/lib/");
}

void ask_tools(Frames& frames) {
  const char* const chosen = std::getenv("LLVM_SYMBOLIZER_PATH");
  for (std::size_t i = 0; i < frames.count; ++i) {
    const std::string module = frames.frames[i].module.path;
    if (module.empty() || is_of_the_system(module)) continue;
    const bool has_answered = (chosen != nullptr && ask(chosen, true, module, frames)) ||
                              ask("llvm-symbolizer", true, module, frames) ||
                              ask("llvm-symbolizer-19", true, module, frames) ||
                              ask("addr2line", false, module, frames);
    static_cast<void>(has_answered);
    for (Frame& frame : frames.frames) {
      if (frame.module.path == module) frame.module.path.clear();
    }
  }
}

}  // namespace

void read_tool_output(std::string_view output,
                      void (*take)(void* context, std::size_t address_index,
                                   std::string_view function, std::string_view place),
                      void* context) {
  std::size_t address_count = 0;
  std::string_view function;
  bool has_function = false;
  while (!output.empty()) {
    const std::size_t end = output.find('\n');
    std::string_view line = output.substr(0, end);
    output.remove_prefix(end == std::string_view::npos ? output.size() : end + 1);
    if (line.substr(0, 2) == "0x" && line.find_first_of(" :") == std::string_view::npos) {
      ++address_count;
      has_function = false;
    } else if (!has_function) {
      function = line;
      has_function = true;
    } else {
      line = line.substr(0, line.find(" (discriminator"));
      if (address_count > 0) take(context, address_count - 1, function, line);
      has_function = false;
    }
  }
}

StackText stack_text(const heap::Stack& stack) {
  Frames frames;
  describe(stack, frames);
  ask_tools(frames);
  StackText text;
  std::string first;  // for a stack that is plumbing only
  for (std::size_t i = 0; i < frames.count && text.line_count < StackText::kLinesMax; ++i) {
    Frame& frame = frames.frames[i];
    if (frame.count == 0) add_fallback(frame);
    for (std::size_t k = 0; k < frame.count && text.line_count < StackText::kLinesMax; ++k) {
      const std::string& function = frame.functions[k];
      std::string line = frame_text(function, frame.places[k]);
      if (first.empty()) first = line;
      const bool is_of_harness = is_harness(function, frame.places[k]);
      if (is_of_harness && text.line_count > 0) return text;
      if (is_plumbing(function) || is_of_harness) continue;
      text.lines[text.line_count++] = std::move(line);
      if (function == "main") return text;
    }
  }
  if (text.line_count == 0 && !first.empty()) text.lines[text.line_count++] = first;
  return text;
}

unsigned tool_start_count() { return g_tool_starts; }

bool is_of_framework(const heap::Stack& stack) {
  Frames frames;
  describe(stack, frames);
  ask_tools(frames);
  for (std::size_t i = 0; i < frames.count; ++i) {
    Frame& frame = frames.frames[i];
    if (frame.count == 0) add_fallback(frame);
    for (std::size_t k = 0; k < frame.count; ++k) {
      if (!is_plumbing(frame.functions[k])) return is_framework(frame.functions[k]);
    }
  }
  return false;
}

}  // namespace redzone::testing
