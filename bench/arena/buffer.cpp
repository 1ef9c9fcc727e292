#include <cmath>
#include <cstdlib>
#include <random>

#include "bench/arena/batches.hpp"

namespace redzone::bench {
namespace {

constexpr std::size_t kParts = 2;
alignas(4096) std::byte memory[kBufferBytes];
alignas(4096) std::byte parts[kParts][kSourceBytes];

Mixed make_mixed() {
  Mixed made;
  std::mt19937 random(20261121);
  for (std::size_t i = 0; i < kBatchBlocks; ++i) {
    const double octave = std::uniform_real_distribution<double>(0, 9)(random);
    made.sizes[i] = static_cast<std::uint32_t>(std::exp2(octave));
    made.alignments[i] = 1U << std::uniform_int_distribution<unsigned>(0, 6)(random);
  }
  return made;
}

}  // namespace

std::span<std::byte> buffer(std::size_t index) {
  return index == 0 ? std::span<std::byte>(memory) : std::span<std::byte>(parts[index - 1]);
}

void* be_full() { std::abort(); }

const Mixed& mixed() {
  static const Mixed kMade = make_mixed();
  return kMade;
}

}  // namespace redzone::bench
