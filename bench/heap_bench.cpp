// What counting costs an allocation: with the interposer linked and nothing counted, and with a
// scope of each kind open. Compare with plain_heap_bench.cpp, which is the same without redzone.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <optional>
#include <string>

#include "bench/allocation_pairs.hpp"
#include "redzone/heap/scope.hpp"
#include "redzone/testing_benchmark/memory_manager.hpp"

namespace redzone::bench {
namespace {

using benchmark::State;
using Body = void(State&);
using Open = void(const State&);

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

benchmark::internal::Benchmark* add_row(const std::string& name, Body* body, Open* open) {
  benchmark::internal::Benchmark* const row =
      benchmark::RegisterBenchmark(name.c_str(), body)->ArgName("bytes");
  if (open != nullptr) row->Setup(open)->Teardown(close_scope);
  return row;
}

void add_rows() {
  struct Kind {
    const char* name;
    Open* open;
  };
  for (const Kind kind :
       {Kind{"idle", nullptr}, Kind{"scope", open_scope}, Kind{"thread_scope", open_thread_scope},
        Kind{"explained", open_explained_scope}, Kind{"recorded", open_recording_scope}}) {
    const std::string name(kind.name);
    add_row(name + "/malloc_free", malloc_free, kind.open)->Apply(add_sizes);
    add_row(name + "/new_delete", new_delete, kind.open)->Arg(64);
    // One scope of a thread counts one thread.
    if (kind.open != open_thread_scope) {
      add_row(name + "/malloc_free", malloc_free, kind.open)->Arg(64)->Threads(2);
    }
  }
  benchmark::RegisterBenchmark("empty", empty);
  benchmark::RegisterBenchmark("open_and_close", open_and_close);
}

}  // namespace
}  // namespace redzone::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  redzone::testing_benchmark::register_memory_manager();
  redzone::bench::add_rows();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
