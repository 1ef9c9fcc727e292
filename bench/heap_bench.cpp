// What counting costs an allocation: with the interposer linked and nothing counted, and with a
// scope of each kind open. Compare with plain_heap_bench.cpp, which is the same without redzone.

#include <benchmark/benchmark.h>

#include <optional>

#include "bench/allocation_pairs.hpp"
#include "redzone/heap/scope.hpp"
#include "redzone/testing_benchmark/memory_manager.hpp"

namespace redzone::bench {
namespace {

using benchmark::State;
using benchmark::internal::Benchmark;

// The scope of a row: opened before its threads begin, closed after they have ended.
std::optional<heap::Scope> scope;

void open_scope(const State&) { scope.emplace(); }

void open_thread_scope(const State&) {
  heap::ScopeOptions options;
  options.who = heap::Who::this_thread;
  scope.emplace(options);
}

// A budget that no row crosses. Stacks are taken of blocks of at least 1/64 of it, 1 MiB, which is
// none of them, and of samples of the others.
void open_explained_scope(const State&) {
  heap::ScopeOptions options;
  options.explain_peak_bytes = 64ULL << 20;
  scope.emplace(options);
}

void open_recording_scope(const State&) {
  heap::ScopeOptions options;
  options.record_blocks = true;
  scope.emplace(options);
}

void close_scope(const State&) { scope.reset(); }

// Shows the harness's own allocations in the memory columns of every row.
void empty(State& state) {
  for ([[maybe_unused]] auto iteration : state) benchmark::ClobberMemory();
}

// What an assertion with a budget costs around its block.
void open_and_close(State& state) {
  for ([[maybe_unused]] auto iteration : state) {
    const heap::Scope scope_of_row;
    benchmark::DoNotOptimize(scope_of_row.figures());
  }
}

void in_scope(Benchmark* row) { row->Setup(open_scope)->Teardown(close_scope); }
void in_thread_scope(Benchmark* row) { row->Setup(open_thread_scope)->Teardown(close_scope); }
void in_explained_scope(Benchmark* row) { row->Setup(open_explained_scope)->Teardown(close_scope); }
void in_recording_scope(Benchmark* row) { row->Setup(open_recording_scope)->Teardown(close_scope); }

BENCHMARK(malloc_free)->Name("idle/malloc_free")->Apply(add_sizes);
BENCHMARK(new_delete)->Name("idle/new_delete")->Apply(add_one_size);
BENCHMARK(malloc_free)->Name("idle/malloc_free")->Apply(add_two_threads);

BENCHMARK(malloc_free)->Name("scope/malloc_free")->Apply(add_sizes)->Apply(in_scope);
BENCHMARK(new_delete)->Name("scope/new_delete")->Apply(add_one_size)->Apply(in_scope);
BENCHMARK(malloc_free)->Name("scope/malloc_free")->Apply(add_two_threads)->Apply(in_scope);

BENCHMARK(malloc_free)->Name("thread_scope/malloc_free")->Apply(add_sizes)->Apply(in_thread_scope);
BENCHMARK(new_delete)->Name("thread_scope/new_delete")->Apply(add_one_size)->Apply(in_thread_scope);

BENCHMARK(malloc_free)->Name("explained/malloc_free")->Apply(add_sizes)->Apply(in_explained_scope);
BENCHMARK(new_delete)->Name("explained/new_delete")->Apply(add_one_size)->Apply(in_explained_scope);
BENCHMARK(malloc_free)
    ->Name("explained/malloc_free")
    ->Apply(add_two_threads)
    ->Apply(in_explained_scope);

BENCHMARK(malloc_free)->Name("recorded/malloc_free")->Apply(add_sizes)->Apply(in_recording_scope);
BENCHMARK(new_delete)->Name("recorded/new_delete")->Apply(add_one_size)->Apply(in_recording_scope);
BENCHMARK(malloc_free)
    ->Name("recorded/malloc_free")
    ->Apply(add_two_threads)
    ->Apply(in_recording_scope);
BENCHMARK(empty);
BENCHMARK(open_and_close);

}  // namespace
}  // namespace redzone::bench

REDZONE_BENCHMARK_MAIN();
