#pragma once
// The blocks that an arena has handed out, as Valgrind has to see them: a pointer to each, because
// a block of a pool that nothing points to is a leak, and a pointer to the memory around them. In
// order of address within each chunk, so that taking back costs what is taken back.
//
// The memory for it is malloc's. Where there is none, a block goes without a name: that is no
// error.

#include <cstddef>
#include <cstdint>

namespace redzone {

struct ArenaBlockList {
  struct Chunk {
    void* memory;  // as malloc gave it
    std::size_t size_bytes;
    void** blocks;  // null: none yet; those behind `count` are null
    std::size_t count;
    std::size_t capacity;
  };
  Chunk* chunks;
  std::size_t count;
  std::size_t capacity;
};

// Null where there is no memory for it.
[[nodiscard]] ArenaBlockList* make_block_list();
void delete_block_list(ArenaBlockList* list);

void add_chunk(ArenaBlockList& list, std::uintptr_t memory, std::size_t size_bytes);
// Takes its blocks with it.
void remove_chunk(ArenaBlockList& list, std::uintptr_t memory);

// The chunk that `address` lies in, or null.
[[nodiscard]] ArenaBlockList::Chunk* find_chunk(ArenaBlockList& list, std::uintptr_t address);
// False: there is no memory, or the block is not behind all others of its chunk.
[[nodiscard]] bool push_block(ArenaBlockList::Chunk& chunk, std::uintptr_t block);
// The last block of the chunk, if it is not before `begin`; it is no longer in the list then. Else
// 0.
[[nodiscard]] std::uintptr_t pop_block(ArenaBlockList::Chunk& chunk, std::uintptr_t begin);

}  // namespace redzone
