// Random programs of operations on arenas, held against a model of intervals. The seed and the
// number of programs are printed; REDZONE_SEED=N runs the programs of one seed, REDZONE_PROGRAMS=N
// so many; with REDZONE_TRACE each operation is written to standard error.

#include <gtest/gtest.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "tests/support/arena_bytes.hpp"
#include "tests/support/arena_program.hpp"

namespace redzone::tests {
namespace {

// As many as run in some three seconds there.
constexpr std::uint64_t program_count() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return 400;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
    __has_feature(memory_sanitizer)
  return 400;
#endif
#endif
  return 6000;
}

constexpr std::uint64_t kProgramsALine = 500;

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* given = std::getenv(variable);
  return given == nullptr ? otherwise : std::strtoull(given, nullptr, 10);
}

std::vector<std::uint8_t> program_of(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint8_t> bytes(64 + random() % 1500);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

// The program as a file that a fuzzer takes, next to the test program.
std::string written(const std::vector<std::uint8_t>& bytes, std::uint64_t seed) {
  const std::string name = ::testing::TempDir() + "arena-program-" + std::to_string(seed);
  std::ofstream file(name, std::ios::binary);
  for (const std::uint8_t byte : bytes) file.put(static_cast<char>(byte));
  return name;
}

TEST(ArenaModel, RandomProgramsDoWhatTheModelDoes) {
  const std::uint64_t first = number_from("REDZONE_SEED", std::random_device()());
  const std::uint64_t count =
      number_from("REDZONE_PROGRAMS", is_under_valgrind() ? 60 : program_count());
  std::printf("%" PRIu64 " programs from REDZONE_SEED=%" PRIu64 " on\n", count, first);
  const bool traces = std::getenv("REDZONE_TRACE") != nullptr;
  for (std::uint64_t i = 0; i < count; ++i) {
    // An arena that aborts ends the program: the last line says where to look.
    if (i % kProgramsALine == 0) {
      std::printf("from seed %" PRIu64 "\n", first + i);
      std::fflush(stdout);
    }
    const std::vector<std::uint8_t> bytes = program_of(first + i);
    const std::string mismatch = run_arena_program(bytes, traces);
    ASSERT_EQ(mismatch, "") << "repeat with REDZONE_SEED=" << first + i << " REDZONE_PROGRAMS=1; "
                            << "the program is in " << written(bytes, first + i);
  }
}

}  // namespace
}  // namespace redzone::tests
