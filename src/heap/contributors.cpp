#include "heap/scope_state.hpp"
#include "heap/tables.hpp"

namespace redzone::heap {

namespace {

struct Group {
  std::uint64_t live_bytes = 0;
  std::uint64_t block_count = 0;
  std::uint16_t stack_id = 0;
  bool is_sampled = false;
};

// One a stack, by its id. Too large for a stack, and one at a time is enough.
SpinLock groups_lock;
Group groups[kStacksMax + 1];

struct Grouping {
  const Scope::State& scope;
  std::uint64_t begin_epoch;
  bool sampled;
  std::uint16_t generation;

  void visit(const FollowedBlock& block) const {
    if (block.epoch < begin_epoch || block.stack_id == 0 || block.stack_generation != generation) {
      return;
    }
    if (scope.head().owner != nullptr && scope.head().owner->index != block.owner) return;
    Group& group = groups[block.stack_id];
    group.stack_id = block.stack_id;
    if (!sampled || block.size_bytes >= scope.certain_bytes()) {
      group.live_bytes += block.size_bytes;
      ++group.block_count;
    } else if (block.sample_hits != 0) {
      // A hit stands for the bytes up to the next one, all of them in blocks of this size.
      const std::uint64_t bytes = block.sample_hits * kSampleBytes;
      const std::uint64_t size_bytes = block.size_bytes == 0 ? 1 : block.size_bytes;
      group.live_bytes += bytes;
      group.block_count += bytes > size_bytes ? (bytes + size_bytes / 2) / size_bytes : 1;
      group.is_sampled = true;
    }
  }
};

// Largest first; equal ones in the order in which their stacks were seen.
bool goes_before(const Group& left, const Group& right) {
  if (left.live_bytes != right.live_bytes) return left.live_bytes > right.live_bytes;
  if (left.block_count != right.block_count) return left.block_count > right.block_count;
  return left.stack_id < right.stack_id;
}

}  // namespace

void group_blocks(const Scope::State& scope, bool sampled, KeptContributors& out) {
  SpinGuard guard(groups_lock);
  const std::uint32_t generation = stack_table.generation();
  const std::uint32_t stack_count = stack_table.size();
  for (std::uint32_t i = 0; i <= stack_count; ++i) {
    groups[i] = Group();
    __asm__ volatile("" : : : "memory");  // no memset, which a sanitizer would watch
  }
  Grouping grouping{scope, scope.head().begin_epoch.load(), sampled,
                    static_cast<std::uint16_t>(generation)};
  block_table.for_each(grouping);

  // The largest, by insertion into a short list.
  Group largest[kContributorsMax];
  std::uint32_t count = 0;
  for (std::uint32_t i = 1; i <= stack_count; ++i) {
    const Group& group = groups[i];
    if (group.block_count == 0) continue;
    if (count == kContributorsMax && !goes_before(group, largest[count - 1])) continue;
    std::uint32_t place = count < kContributorsMax ? count++ : count - 1;
    for (; place != 0 && goes_before(group, largest[place - 1]); --place) {
      largest[place] = largest[place - 1];
    }
    largest[place] = group;
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    Contributor contributor;
    contributor.live_bytes = largest[i].live_bytes;
    contributor.block_count = largest[i].block_count;
    contributor.is_sampled = largest[i].is_sampled;
    contributor.stack = stack_table.at(largest[i].stack_id, generation);
    out.set(i, contributor);
  }
  out.set_count(count);
}

void reset_groups_lock() { groups_lock.reset(); }

}  // namespace redzone::heap
