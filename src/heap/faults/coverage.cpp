#include <atomic>

#include "heap/faults/decision.hpp"
#include "heap/faults/probes.hpp"
#include "redzone/heap/fault_plan.hpp"
#include "redzone/heap/figures.hpp"

namespace redzone::heap {

namespace {

// One of the three probes, and what it has found: it is made once.
struct Probe {
  enum Result : int { not_made, reached, missed };

  void (*allocate)();
  std::atomic<Result> result = not_made;

  bool is_reached() {
    Result known = result.load(std::memory_order_relaxed);
    if (known == not_made) {
      known = allocate != nullptr && reaches(allocate) ? reached : missed;
      result.store(known, std::memory_order_relaxed);
    }
    return known == reached;
  }
};

Probe by_malloc = {allocate_by_malloc};
Probe by_new = {allocate_by_new};
Probe by_new_of_libraries = {allocate_by_new_of_libraries};

constexpr Capability kReached = {Exactness::exact, ""};
constexpr Capability kNotLinked = {Exactness::unknown,
                                   "the program does not link redzone::heap_faults"};
constexpr Capability kLibrariesMissed = {Exactness::unknown,
                                         "shared libraries call an operator new of a detector or "
                                         "of their own: what they allocate by it, "
                                         "such as std::string in C++17, does not fail"};

}  // namespace

Capability fault_coverage(Reach reach) {
  switch (reach) {
    case Reach::c_functions:
      return by_malloc.is_reached() ? kReached : kNotLinked;
    case Reach::operators:
      return by_new.is_reached() ? kReached : kNotLinked;
    case Reach::operators_of_libraries:
      if (by_new_of_libraries.is_reached()) return kReached;
      return by_new.is_reached() ? kLibrariesMissed : kNotLinked;
  }
  return {Exactness::unknown, "there is no such reach"};
}

const char* name_of(Reach reach) {
  switch (reach) {
    case Reach::c_functions:
      return "c_functions";
    case Reach::operators:
      return "operators";
    case Reach::operators_of_libraries:
      return "operators_of_libraries";
  }
  return "unknown";
}

}  // namespace redzone::heap
