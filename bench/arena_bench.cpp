// What arenas cost: the rows of bench/arena/, as ratios to the controls of the same program. It
// does not link redzone's heap, so that scripts/bench can run it with each general allocator in
// front.

#include <benchmark/benchmark.h>

#include "bench/arena/rows.hpp"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  redzone::bench::add_block_rows();
  redzone::bench::add_adaptor_rows();
  redzone::bench::add_zero_rows();
  redzone::bench::add_container_rows();
#ifdef REDZONE_BENCH_PROTOBUF
  redzone::bench::add_protobuf_rows();
#endif
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
