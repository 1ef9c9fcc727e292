// What it costs to zero memory that goes out of use, by how much of it there is: a block of nearly
// all of the arena's buffer is taken, and taken back. The control does what no arena can do
// without: it sets the same bytes of the same memory to zero.

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "bench/arena/row.hpp"
#include "bench/arena/rows.hpp"

namespace redzone::bench {
namespace {

constexpr std::size_t kSliceBytes = 1U << 20U;

template <class Source>
[[gnu::noinline]] void take_and_take_back(Source& source, std::size_t size_bytes,
                                          std::size_t rounds) {
  for (std::size_t i = 0; i < rounds; ++i) {
    escape(source.take(size_bytes, 8));
    source.take_back_all();
  }
}

// An item is one round: a block, and a reset.
template <ArenaZero Zero, class Control>
void reset(State& state) {
  const auto size_bytes = static_cast<std::size_t>(state.range(0));
  const std::size_t rounds = std::max<std::size_t>(1, kSliceBytes / size_bytes);
  OurFixedArena<Zero> source(buffer(0));
  Control control(buffer(0));
  escape(&source);
  escape(&control);
  if (source.take(size_bytes, 8) == nullptr) {
    state.SkipWithError("no room for the block");
    return;
  }
  source.take_back_all();
  compare(
      state, rounds, [&] { take_and_take_back(control, size_bytes, rounds); },
      [&] { take_and_take_back(source, size_bytes, rounds); });
}

}  // namespace

void add_zero_rows() {
  for (const std::int64_t kib : {4, 32, 256, 1024, 4096, 16384, 65536}) {
    add_row("reset/zeroing", reset<ArenaZero::on_reset, RawBumpMemset>)
        ->ArgName("bytes")
        ->Arg(kib << 10U);
  }
  add_row("reset/plain", reset<ArenaZero::never, RawBump>)->ArgName("bytes")->Arg(4096);
}

}  // namespace redzone::bench
