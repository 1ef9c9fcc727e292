#pragma once
// What a torture has found, each kind and place once, as the text of one failure. Private to
// testing.

#include <array>
#include <cstdint>
#include <string>

#include "redzone/testing/torture.hpp"
#include "testing/child.hpp"
#include "testing/injection.hpp"

namespace redzone::testing {

class Findings {
 public:
  // More are counted, not told: they are mostly one mistake met again. Of these some are named.
  static constexpr std::size_t kToldMax = 3;
  static constexpr std::size_t kNamedMax = 8;

  explicit Findings(const TestSite& site) : site_(site) {}

  // A run went wrong. `child` is null when it ran in this process.
  void add(Verdict verdict, const Injection& injection, const RunRecord& record,
           const ChildResult* child);
  // The torture itself went wrong; `text` says how.
  void add(Verdict verdict, const std::string& text);

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] Judgement judgement(std::uint64_t run_count) const;

 private:
  struct Told {
    Verdict verdict = Verdict::safe;
    std::uint64_t key = 0;
    std::string text;
  };

  TestSite site_;
  std::array<Told, kToldMax> told_;
  std::size_t told_count_ = 0;
  std::uint64_t count_ = 0;
  std::string others_;  // ", 18 once, 18 for-ever"
};

}  // namespace redzone::testing
