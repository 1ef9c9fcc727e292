// What redzone::heap_faults costs an allocation of a program that links it: while nothing is
// armed, while a plan counts, and while one looks at each call stack. Nothing is made to fail.

#include <benchmark/benchmark.h>

#include <cstdint>

#include "bench/allocation_pairs.hpp"
#include "redzone/heap/fault_plan.hpp"
#include "redzone/testing_benchmark/memory_manager.hpp"

namespace redzone::bench {
namespace {

using benchmark::State;
using benchmark::internal::Benchmark;

void arm_counting(const State&) {
  heap::FaultPlan plan;
  plan.nth = 0;
  heap::arm(plan);
}

void arm_new_stacks(const State&) {
  heap::FaultPlan plan;
  plan.nth = UINT64_MAX;
  plan.among = heap::Among::new_stacks;
  heap::arm(plan);
}

void disarm(const State&) { heap::disarm(); }

void counting(Benchmark* row) { row->Setup(arm_counting)->Teardown(disarm); }
void by_stack(Benchmark* row) { row->Setup(arm_new_stacks)->Teardown(disarm); }

BENCHMARK(malloc_free)->Name("faults_idle/malloc_free")->Apply(add_one_size);
BENCHMARK(new_delete)->Name("faults_idle/new_delete")->Apply(add_one_size);
BENCHMARK(malloc_free)->Name("faults_counting/malloc_free")->Apply(add_one_size)->Apply(counting);
BENCHMARK(new_delete)->Name("faults_counting/new_delete")->Apply(add_one_size)->Apply(counting);
BENCHMARK(malloc_free)->Name("faults_by_stack/malloc_free")->Apply(add_one_size)->Apply(by_stack);
BENCHMARK(new_delete)->Name("faults_by_stack/new_delete")->Apply(add_one_size)->Apply(by_stack);

}  // namespace
}  // namespace redzone::bench

REDZONE_BENCHMARK_MAIN();
