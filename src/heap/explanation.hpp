#pragma once
// Beyond counting: which allocations get a stack, what crosses a limit, what breaks a phase.

#include <cstdint>

#include "heap/counting.hpp"
#include "heap/thread_slots.hpp"

namespace redzone::heap {

// Called after the block was counted. Takes a stack when one of the scopes in `explaining` wants
// it, and puts the block into the table when it has one, or always. Returns whether it is in the
// table.
bool explain_allocation(std::uintptr_t address, const RecordedBlock& block, ThreadSlot& slot,
                        std::uint64_t explaining, bool follow_always);

}  // namespace redzone::heap
