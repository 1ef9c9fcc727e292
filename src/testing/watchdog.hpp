#pragma once
// Ends a block that tries again for ever: looks, four times in a second of processor time, at how
// often it has. Private to testing.
//
// Threads: one at a time. It uses SIGVTALRM and the virtual interval timer, and gives both back.

#include <cstdint>

#include "testing/attack.hpp"

namespace redzone::testing {

class Watchdog {
 public:
  // Beyond `operation_count_max` the process ends: a child by leaving is_endless in `record`, and
  // without a record by printing `message` and aborting. What it is given outlives it.
  Watchdog(const Attack& attack, std::uint64_t operation_count_max, RunRecord* record,
           const char* message);
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
  ~Watchdog();

 private:
  struct Previous;
  Previous& previous_;
};

}  // namespace redzone::testing
