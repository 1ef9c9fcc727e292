// index_words() under a scope, for comparing whole processes: `scope` only counts, `explained` has
// a budget that is crossed, `recorded` keeps a stack a block, which is nearest to what a heap
// profiler does.

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "bench/index_words.hpp"
#include "redzone/heap/scope.hpp"

int main(int argc, char** argv) {
  const std::string_view kind = argc > 1 ? argv[1] : "scope";
  const std::uint64_t word_count = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1000;
  redzone::heap::ScopeOptions options;
  if (kind == "explained") options.explain_peak_bytes = 4ULL << 20;
  if (kind == "recorded") options.record_blocks = true;
  const redzone::heap::Scope scope(options);
  const std::uint64_t sum = redzone::bench::index_words(word_count);
  const redzone::heap::Figures figures = scope.figures();
  if (!figures.allocation_count || !figures.peak_bytes) {
    std::fputs("index_words_counted: this program's heap is not counted\n", stderr);
    return 3;
  }
  std::printf("%llu\nallocations %llu, peak bytes %llu\n", static_cast<unsigned long long>(sum),
              static_cast<unsigned long long>(*figures.allocation_count),
              static_cast<unsigned long long>(*figures.peak_bytes));
}
