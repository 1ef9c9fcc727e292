#pragma once
// A piece of a test in a process of its own, because it changes what a process has once.

#include <gtest/gtest.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <string>

namespace redzone::tests {

struct ChildEnd {
  int status = -1;        // of exit, 0 to 255; -1 where a signal ended it
  std::string told = "";  // on standard error, at most 4 KiB
};

// Runs `piece`, whose result, 0 to 255, becomes the child's exit status.
template <class Piece>
ChildEnd in_child(const Piece& piece) {
  ChildEnd end;
  std::array<int, 2> pipe_ends{};
  if (pipe(pipe_ends.data()) != 0) return end;
  const pid_t child = fork();
  if (child == 0) {
    dup2(pipe_ends[1], STDERR_FILENO);
    _exit(piece());
  }
  close(pipe_ends[1]);
  std::array<char, 4096> text;
  ssize_t count = 0;
  while ((count = read(pipe_ends[0], text.data(), text.size())) > 0) {
    if (end.told.size() < text.size()) {
      end.told.append(text.data(), static_cast<std::size_t>(count));
    }
  }
  close(pipe_ends[0]);
  int how = 0;
  if (child > 0 && waitpid(child, &how, 0) == child && WIFEXITED(how)) {
    end.status = WEXITSTATUS(how);
  }
  return end;
}

}  // namespace redzone::tests
