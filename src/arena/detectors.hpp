#pragma once
// What AddressSanitizer, MemorySanitizer and Valgrind are told about an arena's memory. Which of
// them looks on is found out at run time, so that one build serves every program: weak symbols of
// the sanitizers' run-times, and Valgrind's requests. Where nobody looks on, is_watched() is false,
// the window stays open, and none of the other functions is called.
//
// Begin and end are multiples of 8 wherever the arena may choose: a byte of AddressSanitizer's
// shadow stands for 8 bytes of memory.

#include <cstddef>
#include <cstdint>

namespace redzone {

struct ArenaBlockList;  // of the blocks that Valgrind knows, so that it calls none of them leaked

// Whether a detector looks on; the same for the life of the process.
[[nodiscard]] bool is_watched();

// An arena begins, or ends; `pool` is its name for Valgrind and stays the same when it moves. What
// points to it has to be in the arena itself. Null: Valgrind does not look on, or there was no
// memory for it, and it sees no blocks, but only which bytes may be touched.
[[nodiscard]] ArenaBlockList* begin_watching();
void end_watching(ArenaBlockList* pool);

// A block as malloc_upstream() gave it, header included, from which blocks will be handed out, and
// when all of these are taken back and it is about to go back. Other memory is not adopted, the
// caller's buffer and what an upstream of the program's own gives: it may be a part of something
// that Valgrind knows as one block, a class with other members or a block of another arena, which
// Valgrind would then no longer search for pointers, or give up over.
void adopt(ArenaBlockList* pool, std::uintptr_t memory, std::size_t size_bytes);
void disown(ArenaBlockList* pool, std::uintptr_t memory);

// Nobody may touch these bytes from now on: they are handed out to nobody. A header with pointers
// to other chunks is never hidden: a search for leaks has to find them.
void hide(std::uintptr_t begin, std::size_t size_bytes);
// The arena itself, upstream, or the owner of the buffer may touch these bytes again. They count as
// written: what was there is forgotten.
void show(std::uintptr_t begin, std::size_t size_bytes);

// [block, block + size_bytes) belongs to the caller; what surrounds it stays hidden. It counts as
// not written, unless it `is_zero`.
void hand_out(ArenaBlockList* pool, std::uintptr_t block, std::size_t size_bytes, bool is_zero);
// The last block of its chunk is resized in place; to 0: it is taken back.
void resize(ArenaBlockList* pool, std::uintptr_t block, std::size_t old_bytes,
            std::size_t new_bytes);
// Every block within [begin, end), the end of a chunk's blocks, is taken back: the bytes are
// hidden, and whoever uses one of them is told which block it was, as long as none is handed out
// there. For zeroing them show() comes after this, and then hide() again.
void take_back(ArenaBlockList* pool, std::uintptr_t begin, std::uintptr_t end);

}  // namespace redzone
