#include "redzone/os/descriptor.hpp"

#include <unistd.h>

namespace redzone::os {

void Descriptor::close() noexcept {
  // Linux frees the descriptor even where close is interrupted: a second close could hit another
  // thread's file.
  if (raw_ >= 0) ::close(std::exchange(raw_, -1));
}

}  // namespace redzone::os
