#pragma once
// What a test asks the machine about processes and descriptors, without help from os.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <fstream>
#include <set>
#include <string>
#include <thread>

namespace redzone::os {

// The numbers of this process's open descriptors, that of looking itself left out.
inline std::set<int> open_descriptors() {
  std::set<int> numbers;
  for (int number = 0; number < 1024; ++number) {
    if (fcntl(number, F_GETFD) != -1) numbers.insert(number);
  }
  return numbers;
}

inline bool has_children() {
  siginfo_t info = {};
  return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 || errno != ECHILD;
}

// Whether `process` is gone or a zombie that its new parent has not reaped yet.
inline bool has_ended(int process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return true;
  const std::size_t state = line.rfind(')');
  return state == std::string::npos || line.at(state + 2) == 'Z' || line.at(state + 2) == 'X';
}

// A killed process ends when the machine gets to it.
inline bool ends_after_a_while(int process) {
  for (int attempt = 0; attempt < 3000; ++attempt) {
    if (has_ended(process)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

// Every test of run_process leaves as many descriptors and children as it found.
class ProcessTest : public ::testing::Test {
 protected:
  void SetUp() override { before_ = open_descriptors(); }
  void TearDown() override {
    EXPECT_EQ(open_descriptors(), before_);
    EXPECT_FALSE(has_children());
  }

 private:
  std::set<int> before_;
};

}  // namespace redzone::os
