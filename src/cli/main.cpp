#include <cstddef>
#include <span>

#include "cli/run.hpp"

int main(int argc, char** argv) {
  return redzone::cli::run_program(
      std::span<const char* const>(argv, static_cast<std::size_t>(argc)));
}
