#pragma once
// From here on, no allocation. A program that takes all of its memory while it starts says so with
// a Phase; an allocation that comes later is found the first time it happens, with its place.
//
// Bounds:  phases count as scopes: see kScopesMax. Nothing is allocated.
// Threads: as a Scope. Who::this_thread forbids the thread that makes the phase only.
// Failure: OnAllocation::abort prints the phase, the size and the stack to standard error and
//          aborts; OnAllocation::count keeps the first, for first(). Where allocations cannot be
//          seen (see capability(Quantity::allocation_count)), nothing is found: is_enforced() says
//          so.
// Cost:    none until an allocation happens.
//
//   load_everything();
//   heap::Phase serving("serving", heap::OnAllocation::abort);
//   serve();

#include <cstdint>

#include "redzone/heap/scope.hpp"

namespace redzone::heap {

enum class OnAllocation : std::uint8_t { count, abort };

class Phase {
 public:
  // `name` has static lifetime.
  explicit Phase(const char* name, OnAllocation action = OnAllocation::abort,
                 Who who = Who::process);
  Phase(const Phase&) = delete;
  Phase& operator=(const Phase&) = delete;
  ~Phase();

  [[nodiscard]] bool is_enforced() const;
  [[nodiscard]] std::uint64_t allocation_count() const;  // that should not have been
  [[nodiscard]] Event first() const;

 private:
  Scope scope_;
};

// Within it, this thread may allocate in spite of a phase; the allocations are still counted by
// scopes. For the rare path that is known to need memory, such as writing the log of a failure.
class AllowAllocation {
 public:
  AllowAllocation();
  AllowAllocation(const AllowAllocation&) = delete;
  AllowAllocation& operator=(const AllowAllocation&) = delete;
  ~AllowAllocation();
};

}  // namespace redzone::heap
