#pragma once
// What AddressSanitizer and Valgrind are told about an arena's memory. Which of them looks on is
// found out at run time, so that one build serves every program: weak symbols of the sanitizer's
// run-time, and Valgrind's requests. Where nobody looks on, is_watched() is false, the window stays
// open, and none of the other functions is called.

#include <cstddef>
#include <cstdint>

namespace redzone {

struct ArenaBlockList;  // of the blocks that Valgrind knows, so that it calls none of them leaked

// Whether a detector looks on; the same for the life of the process.
[[nodiscard]] bool is_watched();

// An arena begins, or ends; `pool` is its name for Valgrind and stays the same when it moves.
// Null: there was no memory for it, and Valgrind does not see its blocks.
[[nodiscard]] ArenaBlockList* begin_watching();
void end_watching(ArenaBlockList* pool);

// Nobody may touch these bytes from now on: they are handed out to nobody.
void hide(std::uintptr_t begin, std::size_t size_bytes);
// The arena itself, or upstream, may touch these bytes again. Their content is undefined.
void show(std::uintptr_t begin, std::size_t size_bytes);

// [block, block + size_bytes) belongs to the caller; what surrounds it stays hidden.
void hand_out(ArenaBlockList* pool, std::uintptr_t block, std::size_t size_bytes, bool is_zero);
// The last block is resized in place.
void resize(ArenaBlockList* pool, std::uintptr_t block, std::size_t old_bytes,
            std::size_t new_bytes);
// Every block within [begin, end) is taken back: a use of it is a use after free. The bytes are
// hidden; for zeroing them show() comes after this, and then hide() again.
void take_back(ArenaBlockList* pool, std::uintptr_t begin, std::uintptr_t end);

}  // namespace redzone
