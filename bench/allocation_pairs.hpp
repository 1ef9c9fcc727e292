#pragma once
// The bodies that every benchmark of allocation shares, so that rows of different programs compare:
// one block is taken and given back at once, the cheapest thing that an allocator does and so the
// one that shows each nanosecond on top.

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdlib>

namespace redzone::bench {

// The sizes of a node, a small buffer, a page of text; the largest block that a thread counts for
// itself, and one that it has to tell the process. All are below mmap's threshold.
inline void add_sizes(benchmark::internal::Benchmark* row) {
  row->ArgName("bytes")->Arg(16)->Arg(64)->Arg(1024)->Arg(64 * 1024)->Arg(96 * 1024);
}

inline void add_one_size(benchmark::internal::Benchmark* row) { row->ArgName("bytes")->Arg(64); }
inline void add_two_threads(benchmark::internal::Benchmark* row) {
  row->ArgName("bytes")->Arg(64)->Threads(2);
}

inline void malloc_free(benchmark::State& state) {
  const auto size_bytes = static_cast<std::size_t>(state.range(0));
  for ([[maybe_unused]] auto iteration : state) {
    void* block = std::malloc(size_bytes);
    benchmark::DoNotOptimize(block);
    std::free(block);
  }
}

inline void new_delete(benchmark::State& state) {
  const auto size_bytes = static_cast<std::size_t>(state.range(0));
  for ([[maybe_unused]] auto iteration : state) {
    void* block = ::operator new(size_bytes);
    benchmark::DoNotOptimize(block);
    ::operator delete(block);
  }
}

}  // namespace redzone::bench
