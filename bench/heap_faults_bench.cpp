// What redzone::heap_faults costs an allocation of a program that links it: while nothing is
// armed, while a plan counts, and while one looks at each call stack. Nothing is made to fail.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "bench/allocation_pairs.hpp"
#include "redzone/heap/fault_plan.hpp"
#include "redzone/testing_benchmark/memory_manager.hpp"

namespace redzone::bench {
namespace {

using benchmark::State;

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

void add_rows() {
  struct Kind {
    const char* name;
    void (*arm)(const State&);
  };
  for (const Kind kind : {Kind{"faults_idle", nullptr}, Kind{"faults_counting", arm_counting},
                          Kind{"faults_by_stack", arm_new_stacks}}) {
    const std::string name(kind.name);
    for (benchmark::internal::Benchmark* const row :
         {benchmark::RegisterBenchmark((name + "/malloc_free").c_str(), malloc_free),
          benchmark::RegisterBenchmark((name + "/new_delete").c_str(), new_delete)}) {
      row->ArgName("bytes")->Arg(64);
      if (kind.arm != nullptr) row->Setup(kind.arm)->Teardown(disarm);
    }
  }
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
