// How many instructions a block takes. Each function of the name count_... takes one batch, of the
// very loops that arena_bench times; scripts/bench runs the program under callgrind and reads what
// each of them executed. Under Valgrind an arena leads every block out of line to tell it; here it
// is told by the linker (--wrap) that nobody looks on, and runs the code that it runs by itself.

#include <cstdlib>

#include "bench/arena/adaptor_sources.hpp"
#include "bench/arena/batches.hpp"

// redzone::is_watched(), as the linker sees it from where it is called.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): made by the linker
extern "C" bool __wrap__ZN7redzone10is_watchedEv() { return false; }

namespace redzone::bench {
namespace {

template <class Source>
Source& source() {
  static Source made(buffer(1));
  made.take_back_all();
  escape(&made);
  return made;
}

}  // namespace

using OurUnzeroed = OurFixedArena<ArenaZero::never>;

extern "C" {

[[gnu::noinline]] void count_loop() { take_fixed<Nothing, 64>(source<Nothing>()); }
[[gnu::noinline]] void count_raw_bump() { take_fixed<RawBump, 64>(source<RawBump>()); }
[[gnu::noinline]] void count_allocate() { take_fixed<OurUnzeroed, 64>(source<OurUnzeroed>()); }
[[gnu::noinline]] void count_allocate_8() { take_fixed<OurUnzeroed, 8>(source<OurUnzeroed>()); }
[[gnu::noinline]] void count_allocate_256() { take_fixed<OurUnzeroed, 256>(source<OurUnzeroed>()); }
[[gnu::noinline]] void count_try_allocate() {
  take_fixed<OurTryAllocate, 64>(source<OurTryAllocate>());
}
[[gnu::noinline]] void count_thread_arena() {
  take_fixed<OurThreadArena, 64>(source<OurThreadArena>());
}
[[gnu::noinline]] void count_c_interface() { take_fixed<OurByC, 64>(source<OurByC>()); }
[[gnu::noinline]] void count_resource() { take_fixed<OurByResource, 64>(source<OurByResource>()); }
[[gnu::noinline]] void count_std_resource() {
  take_fixed<StdByResource, 64>(source<StdByResource>());
}
[[gnu::noinline]] void count_std_monotonic() {
  take_fixed<StdMonotonic, 64>(source<StdMonotonic>());
}
[[gnu::noinline]] void count_mixed_loop() { take_mixed(source<Nothing>(), mixed()); }
[[gnu::noinline]] void count_mixed_raw_align() { take_mixed(source<RawAlign>(), mixed()); }
[[gnu::noinline]] void count_mixed_allocate() { take_mixed(source<OurUnzeroed>(), mixed()); }
[[gnu::noinline]] void count_mixed_std_monotonic() { take_mixed(source<StdMonotonic>(), mixed()); }
}

}  // namespace redzone::bench

// The argument is the number of rounds. What is made once is in the first: the difference of two
// runs is that of their rounds.
int main(int argc, char** argv) {
  using namespace redzone::bench;
  const long round_count = argc > 1 ? std::strtol(argv[1], nullptr, 10) : 1;
  for (long round = 0; round < round_count; ++round) {
    count_loop();
    count_raw_bump();
    count_allocate();
    count_allocate_8();
    count_allocate_256();
    count_try_allocate();
    count_thread_arena();
    count_c_interface();
    count_resource();
    count_std_resource();
    count_std_monotonic();
    count_mixed_loop();
    count_mixed_raw_align();
    count_mixed_allocate();
    count_mixed_std_monotonic();
  }
}
