// Three allocation sites whose every number is known; known_sites_test.py expects them. With an
// argument it ends in another way, after the same allocations.

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace {

char* kept[100];
volatile char sink;

[[gnu::noinline]] void keep_a_hundred() {
  for (char*& one : kept) {
    one = new char[1000];
    std::memset(one, 1, 1000);
  }
}

[[gnu::noinline]] void take_one_large() {
  char* large = static_cast<char*>(std::malloc(65536));
  std::memset(large, 1, 65536);
  sink = large[65535];
  std::free(large);
}

[[gnu::noinline]] void take_many_small() {
  for (int round = 0; round < 5000; ++round) {
    char* small = new char[24];
    small[0] = 1;
    sink = small[0];
    delete[] small;
  }
}

}  // namespace

int main(int argc, char** argv) {
  keep_a_hundred();
  take_one_large();
  take_many_small();
  const std::string_view how = argc > 1 ? argv[1] : "";
  if (how == "fails") return 7;
  if (how == "killed") return std::raise(SIGKILL);
  while (how == "hangs") pause();
  return 0;
}
