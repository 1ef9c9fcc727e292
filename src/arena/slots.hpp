#pragma once
// The places of arenas in the totals: a table in the program's data, each slot written by the
// thread of its arena only, so that to tell costs a few stores and to read costs no lock.

#include "redzone/arena/stats.hpp"

namespace redzone {

// An arena begins. Never fails: where every slot is in use, it shares the first.
[[nodiscard]] ArenaSlotUse begin_slot();
// What the arena has to tell now.
void tell_slot(ArenaSlotUse& use, const ArenaTotals& now);
// The same, where nothing has changed since but that the arena was reset once, and is empty.
void tell_slot_of_reset(ArenaSlotUse& use);
// The arena ends; what it counted of resets, overflows and failures stays in the totals.
void end_slot(ArenaSlotUse& use);

}  // namespace redzone
