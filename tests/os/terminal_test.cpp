#include "redzone/os/terminal.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

#include "redzone/os/descriptor.hpp"

namespace redzone::os {
namespace {

TEST(Terminal, IsNeitherAFileNorADeviceNorAClosedDescriptor) {
  const Descriptor null(open("/dev/null", O_RDWR | O_CLOEXEC));
  EXPECT_FALSE(is_terminal(null.get()));
  EXPECT_FALSE(is_terminal(-1));
}

TEST(Terminal, AskingAboutAStandardStreamAsksAboutItsDescriptor) {
  EXPECT_EQ(is_terminal(StandardStream::input), isatty(0) == 1);
  EXPECT_EQ(is_terminal(StandardStream::output), isatty(1) == 1);
  EXPECT_EQ(is_terminal(StandardStream::error), isatty(2) == 1);
}

TEST(Terminal, IsAPseudoTerminal) {
  const Descriptor terminal(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.is_open()) GTEST_SKIP() << "this machine gives no pseudo-terminal";
  EXPECT_TRUE(is_terminal(terminal.get()));
}

}  // namespace
}  // namespace redzone::os
