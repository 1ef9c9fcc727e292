#include <cstddef>
#include <cstdio>
#include <new>
#include <span>

#include "cli/exit_status.hpp"
#include "cli/run.hpp"

int main(int argc, char** argv) {
  try {
    return redzone::cli::run(std::span<const char* const>(argv, static_cast<std::size_t>(argc)),
                             stdout, stderr);
  } catch (const std::bad_alloc&) {
    std::fputs("redzone: out of memory\n", stderr);
  } catch (...) {
    std::fputs("redzone: an unexpected failure; please report it\n", stderr);
  }
  return static_cast<int>(redzone::cli::ExitStatus::could_not_run);
}
