#pragma once
// What the hooks of a sanitizer tell, and what they share with the interposer.

#include <cstddef>
#include <cstdint>

#include "heap/block_table.hpp"
#include "heap/counting.hpp"
#include "heap/thread_state.hpp"

namespace redzone::heap {

// The hooks of a sanitizer, which say no size when a block is freed.
void on_sanitizer_malloc(const volatile void* address, std::size_t size_bytes);
void on_sanitizer_free(const volatile void* address);

// The block table, for the interposer. unfollow() is false when the block is not there, because the
// scope that wanted it has been closed; it comes before the address can be used again.
bool unfollow(std::uintptr_t address, FollowedBlock& followed);
void follow_again(std::uintptr_t address, const FollowedBlock& followed);

}  // namespace redzone::heap
