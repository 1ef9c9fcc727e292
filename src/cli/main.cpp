#include <cstddef>
#include <cstdio>
#include <new>
#include <span>

#include "cli/diagnose.hpp"
#include "cli/exit_status.hpp"
#include "cli/run.hpp"

int main(int argc, char** argv) {
  try {
    return redzone::cli::run(std::span<const char* const>(argv, static_cast<std::size_t>(argc)),
                             stdout, stderr);
  } catch (const std::bad_alloc&) {
    redzone::cli::diagnose(stderr, "redzone: out of memory\n");
  } catch (...) {
    redzone::cli::diagnose(stderr, "redzone: an unexpected failure; please report it\n");
  }
  return static_cast<int>(redzone::cli::ExitStatus::could_not_run);
}
