#pragma once
// What a measurement or a torture came to: nothing wrong, or the text that a failing assertion
// prints. It includes no test framework, so that another one than GoogleTest can be built on it.
//
// Bounds:  a message is at most kJudgementBytesMax bytes; longer ones are cut, and say so.
// Threads: a value.
// Failure: none.
// Cost:    a string, only when something is wrong.
//
//   const Judgement judgement = torture_oom(Torture(), block, site);
//   if (!judgement) std::fputs(judgement.message().c_str(), stderr);

#include <cstddef>
#include <cstdint>
#include <string>

namespace redzone::testing {

// A screenful or two: what is longer is not read.
inline constexpr std::size_t kJudgementBytesMax = 16 * 1024;

class Judgement {
 public:
  Judgement() = default;
  // Something is wrong. `message` is cut to kJudgementBytesMax.
  [[nodiscard]] static Judgement bad(std::string message);

  explicit operator bool() const { return is_good_; }
  [[nodiscard]] const std::string& message() const { return message_; }
  // How often a torture ran its block; 0 for a measurement.
  [[nodiscard]] std::uint64_t run_count() const { return run_count_; }
  Judgement& with_runs(std::uint64_t count) { return run_count_ = count, *this; }

 private:
  bool is_good_ = true;
  std::string message_;
  std::uint64_t run_count_ = 0;
};

// Where an assertion stands. Strings live as long as the assertion is judged.
struct TestSite {
  const char* suite = "";
  const char* test = "";
  const char* file = "";
  int line = 0;
};

}  // namespace redzone::testing
