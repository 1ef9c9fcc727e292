#include "heap/recorder.hpp"

#include "heap/explanation.hpp"
#include "heap/tables.hpp"

namespace redzone::heap {

void on_sanitizer_malloc(const volatile void* address, std::size_t size_bytes) {
  if (active_scopes.load(std::memory_order_relaxed) == 0 || address == nullptr) return;
  if (is_unwatched()) {
    ++thread_state.unwatched_calls;
    return;
  }
  ThreadSlot& slot = slot_of_this_thread();
  RecordedBlock block;
  block.size_bytes = size_bytes;
  block.owner = slot.index;
  const std::uint64_t mask = count_allocation(slot, size_bytes, block.epoch);
  const std::uint64_t explaining = mask & explaining_scopes.load(std::memory_order_relaxed);
  if (explain_allocation(reinterpret_cast<std::uintptr_t>(address), block, slot, explaining,
                         /*follow_always=*/true)) {
    return;
  }
  for_each_scope(mask, [](Scope::State& scope) {
    scope.has_lost_blocks.store(true, std::memory_order_relaxed);
  });
}

void on_sanitizer_free(const volatile void* address) {
  if (active_scopes.load(std::memory_order_relaxed) == 0 || address == nullptr) return;
  FollowedBlock followed;
  if (!block_table.take(reinterpret_cast<std::uintptr_t>(address), followed)) return;
  RecordedBlock block;
  block.size_bytes = followed.size_bytes;
  block.epoch = followed.epoch;
  block.owner = followed.owner;
  count_free(block);
}

bool unfollow(std::uintptr_t address, FollowedBlock& followed) {
  return block_table.take(address, followed);
}

void follow_again(std::uintptr_t address, const FollowedBlock& followed) {
  block_table.insert(address, followed);
}

}  // namespace redzone::heap
