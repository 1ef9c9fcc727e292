#pragma once
// The blocks that an arena has handed out, as Valgrind has to see them: a pointer to each, because
// a block of a pool that nothing points to is a leak, and a pointer to the memory around them. A
// block that was taken back stays known until its place is handed out again, so that a report of
// its use can name it. Each stack is in order of address, so that taking back costs what is taken
// back.
//
// The memory for it is malloc's. Where there is none, a block goes without a name: that is no
// error.

#include <cstddef>
#include <cstdint>

namespace redzone {

// How far from a block's ends Valgrind still names it, for an address that is nobody's. Half of a
// red zone of 16 bytes: the other half is the next block's.
inline constexpr std::size_t kArenaNamedAroundBytes = 8;

// Behind `count` all are null: an address that is left behind would keep a block of malloc alive
// that is placed there later, and leaked.
struct ArenaBlockStack {
  void** blocks;
  std::size_t count;
  std::size_t capacity;
};

struct ArenaBlockList {
  struct Chunk {
    void* memory;  // as malloc gave it
    std::size_t size_bytes;
    ArenaBlockStack live;   // the last one on top
    ArenaBlockStack stale;  // all of them behind those that live, the first one on top
  };
  Chunk* chunks;
  std::size_t count;
  std::size_t capacity;
  // Where Valgrind has an empty block while it is told of one. Never touched.
  std::byte nowhere[2 * kArenaNamedAroundBytes];
};

// Null where there is no memory for it.
[[nodiscard]] ArenaBlockList* make_block_list();
void delete_block_list(ArenaBlockList* list);

void add_chunk(ArenaBlockList& list, std::uintptr_t memory, std::size_t size_bytes);
void remove_chunk(ArenaBlockList& list, std::uintptr_t memory);

// The chunk that `address` lies in, or null.
[[nodiscard]] ArenaBlockList::Chunk* find_chunk(ArenaBlockList& list, std::uintptr_t address);
// False: there is no memory for it.
[[nodiscard]] bool push_block(ArenaBlockStack& stack, std::uintptr_t block);
// The block on top; 0: there is none.
[[nodiscard]] std::uintptr_t top_block(const ArenaBlockStack& stack);
void pop_block(ArenaBlockStack& stack);

}  // namespace redzone
