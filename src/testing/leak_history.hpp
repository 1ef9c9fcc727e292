#pragma once
// Tells the new leaks of a report from those that were in the reports before: a recoverable leak
// check repeats all of them each time. Private to testing.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace redzone::testing {

class LeakHistory {
 public:
  // What a test leaked at one place. Distinct places beyond are one place.
  static constexpr std::size_t kPlacesMax = 4096;

  // Reads a report of LeakSanitizer. Returns its new leaks, a paragraph each, with what is new of
  // the count and the stack as it printed it; "" when there is none.
  std::string take_new(std::string_view report);

 private:
  struct Place {
    std::uint64_t hash = 0;  // of the addresses of its stack
    std::uint64_t bytes = 0;
    std::uint64_t objects = 0;
    std::uint64_t bytes_now = 0;
    std::uint64_t objects_now = 0;
    std::string_view stack;  // within the report that is read
  };

  Place& place_of(std::string_view stack);

  std::vector<Place> places_;
};

}  // namespace redzone::testing
