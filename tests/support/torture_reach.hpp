#pragma once
// What torture can do in this build, so that a test that is skipped is skipped for a reason.

#include <gtest/gtest.h>

#include "redzone/heap/fault_plan.hpp"
#include "redzone/heap/figures.hpp"

namespace redzone::tests {

// Whether everything that a torture is about can be seen and made to fail here: in every build but
// those of detectors that own operator new, and under Valgrind.
inline bool is_torture_whole() {
#if defined(__SANITIZE_THREAD__)
  return false;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
  return false;
#endif
#endif
  return heap::back_end() != heap::BackEnd::valgrind;
}

// A build that is said to be whole, and is not, would pass every torture without one failure.
inline void expect_torture_is_real() {
  if (!is_torture_whole()) return;
  for (unsigned reach = 0; reach < heap::kReachCount; ++reach) {
    const heap::Capability coverage = heap::fault_coverage(static_cast<heap::Reach>(reach));
    EXPECT_EQ(coverage.exactness, heap::Exactness::exact) << coverage.reason;
  }
  for (unsigned quantity = 0; quantity < heap::kQuantityCount; ++quantity) {
    const heap::Capability known = heap::capability(static_cast<heap::Quantity>(quantity));
    EXPECT_EQ(known.exactness, heap::Exactness::exact)
        << heap::name_of(static_cast<heap::Quantity>(quantity)) << ": " << known.reason;
  }
}

}  // namespace redzone::tests
