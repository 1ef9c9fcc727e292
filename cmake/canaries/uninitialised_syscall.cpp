// expect: memcheck SyscallParam size=37 line=14
// Bytes that nobody wrote are given to the kernel.

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>

#include "escape.hpp"

int main() {
  char* block = canary::escape(static_cast<char*>(std::malloc(37)));
  const int nowhere = open("/dev/null", O_WRONLY);
  canary::use(write(nowhere, block, 37));
  close(nowhere);
  std::free(canary::escape(block));
  return 0;
}
