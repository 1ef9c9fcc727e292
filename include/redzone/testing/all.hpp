#pragma once
// All assertions of redzone::testing in one include; io_faults.hpp is apart, because it belongs to
// redzone::testing_io_faults.
//
// Bounds:  see each header. Threads: as GoogleTest. Failure: see each header. Cost: none.
//
//   #include "redzone/testing/all.hpp"

#include "redzone/testing/budget.hpp"    // IWYU pragma: export
#include "redzone/testing/io.hpp"        // IWYU pragma: export
#include "redzone/testing/listener.hpp"  // IWYU pragma: export
#include "redzone/testing/oom.hpp"       // IWYU pragma: export
