// Random programs of operations on arenas: tests/support/arena_program.hpp.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/support/arena_program.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  const std::string mismatch = redzone::tests::run_arena_program({data, size_bytes});
  if (mismatch.empty()) return 0;
  std::fprintf(stderr, "the arena and its model differ: %s\n", mismatch.c_str());
  std::abort();
}
