#pragma once
// One thing that goes wrong in one run of a block, and the run itself. Private to testing.

#include <array>
#include <cstdint>
#include <type_traits>

#include "redzone/heap/scope.hpp"
#include "redzone/testing/torture.hpp"

namespace redzone::testing {

// Blocks that a run left behind.
struct LeftBehind {
  static constexpr std::size_t kGroupsMax = 3;

  bool is_known = false;                 // this build can tell
  const char* unknown_reason = nullptr;  // why it cannot, where not for what the heap cannot
  bool is_some = false;
  std::uint64_t block_count = 0;
  std::uint64_t bytes = 0;
  std::uint32_t group_count = 0;
  std::array<heap::Contributor, kGroupsMax> groups;
};

// What a run told. It lies in a page that is shared with a child, so it owns nothing.
struct RunRecord {
  bool is_finished = false;
  bool is_endless = false;  // the watchdog ended the child
  Claim claim = Claim::success;
  std::uint64_t failure_count = 0;     // of assertions of the test framework
  std::uint64_t part_count = 0;        // of these, and of those that hold and are kept
  bool was_reached = false;            // the thing that was to go wrong did
  std::uint64_t operation_count = 0;   // allocations or reads
  std::uint64_t lost_stack_count = 0;  // allocations whose stack was one too many to be told apart
  std::uint64_t trace_hash = 0;        // of what led to it; 0: not known
  std::uint64_t harmful_count = 0;     // of what went wrong, what nobody declared harmless
  heap::Event injected;                // the first allocation that failed
  LeftBehind left;
  heap::Stack crash_stack;        // where a child died, if it could say
  std::size_t torture_depth = 0;  // frames of a stack that are below the block
};
static_assert(std::is_trivially_copyable_v<RunRecord>);
static_assert(std::is_trivially_destructible_v<RunRecord>);

// What goes wrong: armed before a run, and asked afterwards.
class Attack {
 public:
  Attack() = default;
  Attack(const Attack&) = delete;
  Attack& operator=(const Attack&) = delete;
  virtual ~Attack() = default;

  // `record` outlives end(); what a run that does not come so far should leave is written to it.
  virtual void begin(RunRecord& record) = 0;
  virtual void end(RunRecord& record) = 0;
  // Operations since begin, for the watchdog. Async-signal-safe.
  [[nodiscard]] virtual std::uint64_t operation_count() const = 0;
};

// Equal for stacks that are equal above the torture, whose own frames differ from run to run.
[[nodiscard]] std::uint64_t hash_above(const heap::Stack& stack, std::size_t torture_depth);

// Runs the block once under the attack. Blocks are left behind if a second run leaves some too.
void run_block(const detail::Block& block, Attack& attack, RunRecord& record);
// Without a look at what it leaves behind.
void run_block_only(const detail::Block& block, Attack& attack, RunRecord& record);

}  // namespace redzone::testing
