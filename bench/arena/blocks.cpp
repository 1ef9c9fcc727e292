// What a block costs: inline, with its size and alignment known at run time, through std::pmr, and
// from the general allocator of the process.

#include <string>

#include "bench/arena/row.hpp"
#include "bench/arena/rows.hpp"
#include "bench/arena/threads.hpp"

namespace redzone::bench {
namespace {

using OurUnzeroed = OurFixedArena<ArenaZero::never>;
using OurZeroed = OurFixedArena<ArenaZero::on_reset>;
using OurCounting = OurFixedArena<ArenaZero::never, true>;

template <std::size_t Bytes>
void add_fixed() {
  const auto add = [](const char* row, void (*body)(State&)) {
    add_row(row + ("/bytes:" + std::to_string(Bytes)), body);
  };
  add("fixed/loop", fixed<Nothing, Bytes>);
  add("fixed/allocate", fixed<OurUnzeroed, Bytes>);
  add("fixed/try_allocate", fixed<OurTryAllocate, Bytes>);
  add("fixed/growing", fixed<OurArena<ArenaZero::never>, Bytes>);
  add("fixed/counting", fixed<OurCounting, Bytes>);
  add("fixed/std_monotonic", fixed<StdMonotonic, Bytes>);
  add("fixed/general", fixed<General, Bytes>);
  add("touched/allocate", touched<OurUnzeroed, Bytes>);
  add("touched/std_monotonic", touched<StdMonotonic, Bytes>);
  add("touched/general", touched<General, Bytes>);
  add("zeroed/allocate", fixed<OurZeroed, Bytes, RawBumpMemset>);
  add("zeroed_to_raw_bump/allocate", fixed<OurZeroed, Bytes>);
  add("resource/to_raw_bump", fixed<OurByResource, Bytes>);
  add("resource/to_std_monotonic", fixed<OurByResource, Bytes, StdByResource>);
}

}  // namespace

void add_block_rows() {
  add_fixed<8>();
  add_fixed<16>();
  add_fixed<64>();
  add_fixed<256>();

  add_row("mixed/allocate", mixed_blocks<OurUnzeroed>);
  add_row("mixed/std_monotonic", mixed_blocks<StdMonotonic>);
  add_row("mixed/general", mixed_blocks<General>);
  add_row("mixed_sizes/allocate", mixed_sizes<OurUnzeroed>);
  add_row("mixed_sizes/std_monotonic", mixed_sizes<StdMonotonic>);
  add_row("mixed_sizes/general", mixed_sizes<General>);

  add_row("threads/raw_bump", in_two_threads<RawBump>);
  add_row("threads/allocate", in_two_threads<OurUnzeroed>);
  add_row("threads/zeroed", in_two_threads<OurZeroed>);
  add_row("threads/general", in_two_threads<General>);
}

}  // namespace redzone::bench
