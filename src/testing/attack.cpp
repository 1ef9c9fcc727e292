#include "testing/attack.hpp"

namespace redzone::testing {
namespace {

void look_for_blocks(const heap::Scope& scope, LeftBehind& left) {
  const heap::Figures figures = scope.figures();
  left.is_known = figures.live_bytes.has_value();
  left.bytes = figures.live_bytes.value_or(0);
  left.block_count = figures.live_block_count.value_or(0);
  left.is_some = left.bytes > 0 || left.block_count > 0;
}

std::uint64_t part_count(const detail::Block& block) {
  return block.outcome_since == nullptr ? 0 : block.outcome_since(UINT64_MAX).part_count;
}

// What the block has told its framework since there were so many parts.
void look_at_parts(const detail::Block& block, std::uint64_t part_count_before, RunRecord& record) {
  if (block.outcome_since == nullptr) return;
  const detail::Outcome outcome = block.outcome_since(part_count_before);
  record.part_count = outcome.part_count - part_count_before;
  record.failure_count = outcome.failure_count;
}

void run_once(const detail::Block& block, Attack& attack, RunRecord& record, bool with_stacks) {
  heap::ScopeOptions options;
  options.record_blocks = with_stacks;
  record.torture_depth = heap::Stack::here().size();
  const std::uint64_t part_count_before = part_count(block);
  attack.begin(record);
  heap::Scope scope(options);
  record.claim = block.run(block.context);
  attack.end(record);
  scope.close();
  look_for_blocks(scope, record.left);
  look_at_parts(block, part_count_before, record);
  // Memcheck sees what the framework keeps of an assertion that holds among what is live.
  if (heap::back_end() == heap::BackEnd::valgrind && record.part_count > 0) {
    record.left = LeftBehind();
    record.left.unknown_reason =
        "the block's own assertions leave parts of the test's result, which memcheck takes for "
        "blocks of the program";
  }
  // The framework keeps the messages: what is live says nothing about the code under test.
  if (record.failure_count > 0) record.left.is_some = false;
  if (with_stacks && record.left.is_some) {
    record.left.group_count = static_cast<std::uint32_t>(
        scope.leaked(record.left.groups.data(), record.left.groups.size()));
  }
}

}  // namespace

std::uint64_t hash_above(const heap::Stack& stack, std::size_t torture_depth) {
  // A stack that was cut at its limit lost frames of the torture, not of the block.
  const bool is_whole = stack.size() < heap::kFramesMax && stack.size() > torture_depth;
  const std::size_t count = is_whole ? stack.size() - torture_depth : stack.size();
  std::array<std::uintptr_t, heap::kFramesMax> frames{};
  for (std::size_t i = 0; i < count; ++i) frames[i] = stack[i];
  return heap::Stack::of(frames.data(), count).hash();
}

void run_block_only(const detail::Block& block, Attack& attack, RunRecord& record) {
  record.torture_depth = heap::Stack::here().size();
  const std::uint64_t part_count_before = part_count(block);
  attack.begin(record);
  record.claim = block.run(block.context);
  attack.end(record);
  look_at_parts(block, part_count_before, record);
  record.left.is_known = true;
}

void run_block(const detail::Block& block, Attack& attack, RunRecord& record) {
  run_once(block, attack, record, false);
  if (!record.left.is_some) return;
  // Again, with stacks: what is kept for ever since the first such failure, as a message catalogue
  // or the pool of a run-time library, is not kept twice.
  RunRecord again;
  run_once(block, attack, again, true);
  record.left = again.left;
}

}  // namespace redzone::testing
