#pragma once
// What the rows of blocks are made of: a source, its control, and a batch.

#include <cstddef>

#include "bench/arena/batches.hpp"
#include "bench/arena/comparison.hpp"

namespace redzone::bench {

using benchmark::State;

inline constexpr std::size_t kSliceBatches = 128;

template <class Source, class Batch>
[[gnu::noinline]] void run_batches(Source& source, const Batch& batch) {
  for (std::size_t i = 0; i < kSliceBatches; ++i) {
    batch(source);
    source.take_back_all();
  }
}

// An item is a block, with its share of taking all of them back.
template <class Source, class Control, class Batch>
void compare_blocks(State& state, const Batch& batch) {
  Source source(buffer(1));
  Control control(buffer(2));
  escape(&source);
  escape(&control);
  compare(
      state, kSliceBatches * kBatchBlocks, [&] { run_batches(control, batch); },
      [&] { run_batches(source, batch); });
}

template <class Source, std::size_t Bytes, class Control = RawBump>
void fixed(State& state) {
  compare_blocks<Source, Control>(state,
                                  []<class Each>(Each& each) { take_fixed<Each, Bytes>(each); });
}

template <class Source, std::size_t Bytes>
void touched(State& state) {
  compare_blocks<Source, RawBump>(
      state, []<class Each>(Each& each) { take_and_touch<Each, Bytes>(each); });
}

template <class Source>
void mixed_blocks(State& state) {
  const Mixed& mix = mixed();
  compare_blocks<Source, RawAlign>(state, [&mix](auto& each) { take_mixed(each, mix); });
}

template <class Source>
void mixed_sizes(State& state) {
  const Mixed& mix = mixed();
  compare_blocks<Source, RawAlign>(state, [&mix](auto& each) { take_mixed_sizes(each, mix); });
}

}  // namespace redzone::bench
