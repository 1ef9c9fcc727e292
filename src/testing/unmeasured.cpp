#include "testing/unmeasured.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include "testing/text.hpp"

namespace redzone::testing {
namespace {

// One line of the closing text. There are a few assertions with a few reasons each.
struct Line {
  const char* what = nullptr;
  const char* reason = nullptr;
  std::uint64_t count = 0;
};
constexpr std::size_t kLinesMax = 32;

std::mutex g_mutex;
std::array<Line, kLinesMax> g_lines;
std::uint64_t g_count = 0;

bool is_required() {
  const char* const value = std::getenv("REDZONE_HEAP_REQUIRE");
  return value != nullptr && std::strcmp(value, "1") == 0;
}

void count_line(const char* what, const char* reason) {
  const std::lock_guard<std::mutex> lock(g_mutex);
  ++g_count;
  for (Line& line : g_lines) {
    if (line.what == nullptr) line = {what, reason, 0};
    if (std::strcmp(line.what, what) == 0 && std::strcmp(line.reason, reason) == 0) {
      ++line.count;
      return;
    }
  }
}

}  // namespace

std::string note_unmeasured(const char* what, const char* reason) {
  if (!is_required()) {
    count_line(what, reason);
    return "";
  }
  std::string text(what);
  text += " is unknown in this build, and REDZONE_HEAP_REQUIRE=1 asks for it: back end ";
  text += heap::name_of(heap::back_end());
  text += ": ";
  text += reason;
  text += "\nNext step: run this test in a build that measures it, or without REDZONE_HEAP_REQUIRE";
  return text;
}

std::string note_unmeasured(const char* what, heap::Quantity quantity, heap::Who who) {
  const heap::Capability capability = heap::capability(quantity, who);
  return note_unmeasured(what, capability.exactness == heap::Exactness::unknown
                                   ? capability.reason
                                   : "this run went beyond a limit of redzone/heap/limits.hpp");
}

std::string unmeasured_text() {
  const std::lock_guard<std::mutex> lock(g_mutex);
  if (g_count == 0) return "";
  std::string text = "[ redzone  ] " + count_text(g_count, "assertion");
  text += g_count == 1 ? " was" : " were";
  text += " not measured in this build (back end ";
  text += heap::name_of(heap::back_end());
  text += "); REDZONE_HEAP_REQUIRE=1 makes that a failure\n";
  for (const Line& line : g_lines) {
    if (line.what == nullptr) break;
    text += "[ redzone  ]   ";
    text += line.what;
    text += ": " + std::to_string(line.count) + " times: ";
    text += line.reason;
    text += '\n';
  }
  return text;
}

void forget_unmeasured() {
  const std::lock_guard<std::mutex> lock(g_mutex);
  g_lines = {};
  g_count = 0;
}

}  // namespace redzone::testing
