#include "testing/leak_history.hpp"

#include <charconv>
#include <functional>

#include "testing/text.hpp"

namespace redzone::testing {
namespace {

std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

// The number that stands before `word` in the line; 0 when there is none.
std::uint64_t number_before(std::string_view line, std::string_view word) {
  const std::size_t at = line.find(word);
  if (at == std::string_view::npos) return 0;
  std::size_t begin = at;
  while (begin > 0 && line[begin - 1] >= '0' && line[begin - 1] <= '9') --begin;
  std::uint64_t number = 0;
  std::from_chars(line.data() + begin, line.data() + at, number);
  return number;
}

// "Direct leak of 37 byte(s) in 1 object(s) allocated from:"
bool begins_leak(std::string_view line) {
  return (line.substr(0, 15) == "Direct leak of " || line.substr(0, 17) == "Indirect leak of ") &&
         line.find(" byte(s) in ") != std::string_view::npos;
}

// The frames until GoogleTest's.
std::string_view above_harness(std::string_view stack) {
  std::size_t end = stack.find(" testing::");
  if (end == std::string_view::npos) return stack;
  end = stack.rfind('\n', end);
  return end == std::string_view::npos ? stack : stack.substr(0, end);
}

}  // namespace

LeakHistory::Place& LeakHistory::place_of(std::string_view stack) {
  // Frames are lines "    #1 0x55d0 in f /src/f.cpp:12", whose addresses stay in a process.
  const std::uint64_t hash = std::hash<std::string_view>{}(stack);
  for (Place& place : places_) {
    if (place.hash == hash) return place;
  }
  if (places_.size() == kPlacesMax) return places_.back();
  places_.emplace_back();
  places_.back().hash = hash;
  return places_.back();
}

std::string LeakHistory::take_new(std::string_view report) {
  for (Place& place : places_) place.bytes_now = place.objects_now = 0;
  while (!report.empty()) {
    const std::string_view line = take_line(report);
    if (!begins_leak(line)) continue;
    const char* const begin = report.data();
    std::size_t stack_bytes = 0;
    while (!report.empty()) {
      const std::string_view frame = take_line(report);
      if (frame.empty()) break;
      stack_bytes = static_cast<std::size_t>(frame.data() + frame.size() - begin);
    }
    // A block may be a direct leak in one report and an indirect one in the next: both count.
    Place& place = place_of({begin, stack_bytes});
    place.stack = {begin, stack_bytes};
    place.bytes_now += number_before(line, " byte(s)");
    place.objects_now += number_before(line, " object(s)");
  }
  std::string text;
  for (Place& place : places_) {
    if (place.objects_now > place.objects) {
      const std::uint64_t bytes =
          place.bytes_now > place.bytes ? place.bytes_now - place.bytes : place.bytes_now;
      if (!text.empty()) text += '\n';
      text += bytes_text(bytes) + " in ";
      text += count_text(place.objects_now - place.objects, "block");
      text += " leaked, allocated from:\n";
      text += above_harness(place.stack);
    }
    place.bytes = place.bytes_now;
    place.objects = place.objects_now;
    place.stack = {};
  }
  return text;
}

}  // namespace redzone::testing
