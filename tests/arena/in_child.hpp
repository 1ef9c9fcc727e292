#pragma once
// A piece of a test in a process of its own, because it changes what a process has once.

#include <gtest/gtest.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <iostream>
#include <sstream>
#include <string>

namespace redzone::tests {

struct ChildEnd {
  int status = -1;     // of exit, 0 to 255; -1 where a signal ended it
  std::string told{};  // on standard error, without the lines of detectors; at most 64 KiB
};

// What detectors say about the child stays theirs: whoever reads the test's output has to see it.
inline std::string without_reports(const std::string& told) {
  std::string kept;
  std::istringstream lines(told);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("==")) {
      std::cerr << line << '\n';
    } else {
      kept += line + '\n';
    }
  }
  return kept;
}

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
    if (end.told.size() < 16 * text.size()) {
      end.told.append(text.data(), static_cast<std::size_t>(count));
    }
  }
  close(pipe_ends[0]);
  end.told = without_reports(end.told);
  int how = 0;
  if (child > 0 && waitpid(child, &how, 0) == child && WIFEXITED(how)) {
    end.status = WEXITSTATUS(how);
  }
  return end;
}

}  // namespace redzone::tests
