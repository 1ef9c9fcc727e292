#include "redzone/os/terminal.hpp"

#include <unistd.h>

#include <utility>

namespace redzone::os {

bool is_terminal(int descriptor) { return ::isatty(descriptor) == 1; }

bool is_terminal(StandardStream stream) { return is_terminal(std::to_underlying(stream)); }

}  // namespace redzone::os
