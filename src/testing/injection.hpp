#pragma once
// Which thing goes wrong in a run, how that is written, and how one is asked for again. Private to
// testing.

#include <cstdint>
#include <string>
#include <string_view>

#include "redzone/testing/judgement.hpp"

namespace redzone::testing {

struct Injection {
  const char* noun = "allocation";  // or "read"
  const char* verb = "failed";      // or "returned short", "met an interruption"
  const char* key = "";             // "fails-", "short-", "interrupted-" for reads
  std::uint64_t number = 0;         // counted from 1; 0: nothing goes wrong
  std::uint64_t total = 0;
  bool for_ever = false;
};

// "allocation 17 of 40 (64 bytes) failed once", "read 3 of 10 and all after it failed"; without
// the size when it is 0.
[[nodiscard]] std::string injection_text(const Injection& injection, std::uint64_t size_bytes);
// "REDZONE_TORTURE_ONLY='Suite.Test:41:17:once' /bin/program --gtest_filter='Suite.Test'".
[[nodiscard]] std::string again_text(const Injection& injection, const TestSite& site);

// What REDZONE_TORTURE_ONLY asks of the torture at `site`.
class Only {
 public:
  explicit Only(const TestSite& site);

  // Another torture is meant.
  [[nodiscard]] bool excludes_all() const { return is_set_ && !is_mine_; }
  [[nodiscard]] bool is_set() const { return is_set_; }
  // True for every injection when nothing is set.
  [[nodiscard]] bool allows(const Injection& injection) const;

 private:
  bool is_set_ = false;
  bool is_mine_ = false;
  std::uint64_t number_ = 0;
  std::string how_;
};

// Tests of this program, and those of them that run in this process, which may be a shard.
void tell_only_of_test(std::string_view suite, std::string_view test, bool is_started);
// The value of REDZONE_TORTURE_ONLY when no torture ran what it names, else "". In a shard that did
// not run the test, but whose program has it, "" too: another shard runs it.
[[nodiscard]] std::string unused_only();

}  // namespace redzone::testing
