// A fuzzer that is wrong on purpose: it aborts at seven bytes that nobody guesses at once, but that
// a fuzzer finds one by one if it learns from the lines that an input reaches. While it finds them,
// the machinery of fuzzing works: the instrumentation, the corpus, and the way a finding gets
// reported.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

// Each byte is a branch of its own, or the fuzzer would not see that one more is right.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size_bytes) {
  if (size_bytes < 7 || data[0] != 'r') return 0;
  if (data[1] != 'e') return 0;
  if (data[2] != 'd') return 0;
  if (data[3] != 'z') return 0;
  if (data[4] != 'o') return 0;
  if (data[5] != 'n') return 0;
  if (data[6] != 'e') return 0;
  std::fputs("the planted word was found\n", stderr);
  std::abort();
}
