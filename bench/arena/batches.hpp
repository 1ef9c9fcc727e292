#pragma once
// The loops that take a batch of blocks, for every source the same. Each is a function of its own,
// so that its instructions can be counted, and looked at. Four blocks a turn: in a shorter loop the
// processor waits for the cursor's way through memory, whoever moves it, and nothing else shows.

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "bench/arena/sources.hpp"

namespace redzone::bench {

// Sizes and alignments as a program that reads them from its input has: known at run time only.
struct Mixed {
  std::array<std::uint32_t, kBatchBlocks> sizes;       // 1 to 512, each octave equally often
  std::array<std::uint32_t, kBatchBlocks> alignments;  // powers of two from 1 to 64
};
const Mixed& mixed();

template <class Take, std::size_t... Index>
[[gnu::always_inline]] inline void take_four(const Take& take, std::size_t first,
                                             std::index_sequence<Index...>) {
  (take(first + Index), ...);
}
template <class Take>
[[gnu::always_inline]] inline void take_batch(const Take& take) {
  for (std::size_t i = 0; i < kBatchBlocks; i += 4) {
    take_four(take, i, std::make_index_sequence<4>());
  }
}

template <class Source, std::size_t Bytes>
[[gnu::noinline, gnu::aligned(64)]] void take_fixed(Source& source) {
  take_batch([&source] [[gnu::always_inline]] (std::size_t) { escape(source.take(Bytes, 8)); });
}

// The first word of each block is written.
template <class Source, std::size_t Bytes>
[[gnu::noinline, gnu::aligned(64)]] void take_and_touch(Source& source) {
  take_batch([&source] [[gnu::always_inline]] (std::size_t i) {
    void* block = source.take(Bytes, 8);
    *static_cast<std::uint64_t*>(block) = i;
    escape(block);
  });
}

template <class Source>
[[gnu::noinline, gnu::aligned(64)]] void take_mixed(Source& source, const Mixed& mix) {
  take_batch([&source, &mix] [[gnu::always_inline]] (std::size_t i) {
    escape(source.take(mix.sizes[i], mix.alignments[i]));
  });
}

// Run-time sizes of a constant alignment.
template <class Source>
[[gnu::noinline, gnu::aligned(64)]] void take_mixed_sizes(Source& source, const Mixed& mix) {
  take_batch([&source, &mix] [[gnu::always_inline]] (std::size_t i) {
    escape(source.take(mix.sizes[i], 8));
  });
}

}  // namespace redzone::bench
