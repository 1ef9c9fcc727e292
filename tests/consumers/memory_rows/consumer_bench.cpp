#include <benchmark/benchmark.h>

#include <cstdlib>

#include "redzone/testing_benchmark/memory_manager.hpp"

namespace {

void nothing(benchmark::State& state) {
  for ([[maybe_unused]] auto iteration : state) benchmark::ClobberMemory();
}
BENCHMARK(nothing);

// 10 blocks of 1000 bytes in each iteration, two of them at a time.
void ten_blocks(benchmark::State& state) {
  for ([[maybe_unused]] auto iteration : state) {
    for (int pair = 0; pair < 5; ++pair) {
      void* first = std::malloc(1000);
      void* second = std::malloc(1000);
      benchmark::DoNotOptimize(first);
      benchmark::DoNotOptimize(second);
      std::free(first);
      std::free(second);
    }
  }
}
BENCHMARK(ten_blocks);

// Keeps 10000 bytes of each run.
void keeps(benchmark::State& state) {
  static void* volatile kept = nullptr;
  for ([[maybe_unused]] auto iteration : state) benchmark::ClobberMemory();
  kept = std::malloc(10000);
}
BENCHMARK(keeps);

}  // namespace

REDZONE_BENCHMARK_MAIN();
