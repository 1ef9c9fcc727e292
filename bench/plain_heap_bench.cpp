// What an allocation costs in a program that redzone is not part of: the rows that those of
// heap_bench.cpp are compared with.

#include <benchmark/benchmark.h>

#include "bench/allocation_pairs.hpp"

namespace redzone::bench {
namespace {

BENCHMARK(malloc_free)->Name("plain/malloc_free")->Apply(add_sizes);
BENCHMARK(new_delete)->Name("plain/new_delete")->Apply(add_one_size);
BENCHMARK(malloc_free)->Name("plain/malloc_free")->Apply(add_two_threads);

}  // namespace
}  // namespace redzone::bench

BENCHMARK_MAIN();
