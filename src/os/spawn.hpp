#pragma once
// Starts a child process with given standard streams. Private to os.

#include "redzone/base/memory_budget.hpp"
#include "redzone/base/result.hpp"
#include "redzone/os/process.hpp"

namespace redzone::os {

struct ChildStreams {
  int input = -1;  // -1: /dev/null
  int output = -1;
  int error = -1;
};

// Returns the number of the process, which leads a group of the same number.
[[nodiscard]] Result<int> spawn(const ProcessRequest& request, const ChildStreams& streams,
                                MemoryBudget& budget);

}  // namespace redzone::os
