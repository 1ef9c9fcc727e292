// index_words() in a program that redzone is not part of; scripts/bench runs it as it is and under
// heaptrack.

#include <cstdio>
#include <cstdlib>

#include "bench/index_words.hpp"

int main(int argc, char** argv) {
  const std::uint64_t word_count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1000;
  std::printf("%llu\n", static_cast<unsigned long long>(redzone::bench::index_words(word_count)));
}
