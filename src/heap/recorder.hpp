#pragma once
// What the interposer and the hooks of a sanitizer tell: a block was allocated, a block is freed.

#include <cstddef>
#include <cstdint>

#include "heap/block_table.hpp"

namespace redzone::heap {

struct RecordedBlock {
  std::uint64_t size_bytes = 0;
  std::uint64_t epoch = 0;   // see scope_state.hpp
  std::uint16_t owner = 0;   // index of the slot of the thread that allocated it
  bool is_counted = false;   // not while heap itself allocates
  bool is_followed = false;  // in the table of blocks
};

// Counts a block in the scopes that are open. Takes a stack when one of them wants it.
RecordedBlock record_allocation(std::uintptr_t address, std::size_t size_bytes, bool follow_always);
// Takes it away again from those it belongs to. The block is not in the table any more.
void record_free(const RecordedBlock& block);
// Takes a block that is_followed out of the table, before its address can be used again. False when
// it is not there, because the scope that wanted it has been closed.
bool unfollow(std::uintptr_t address, FollowedBlock& followed);
// Puts it back, when it was not freed after all.
void follow_again(std::uintptr_t address, const FollowedBlock& followed);

// The hooks of a sanitizer, which say no size when a block is freed.
void on_sanitizer_malloc(const volatile void* address, std::size_t size_bytes);
void on_sanitizer_free(const volatile void* address);

// How many calls came while this thread was Unwatched: shows to back_end() who calls.
std::uint32_t unwatched_calls();

}  // namespace redzone::heap
