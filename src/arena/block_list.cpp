#include "arena/block_list.hpp"

#include <cstdlib>

#include "redzone/base/check.hpp"

namespace redzone {

namespace {

constexpr std::size_t kCapacityMin = 8;

std::uintptr_t address_of(const void* memory) { return reinterpret_cast<std::uintptr_t>(memory); }

void* pointer_to(std::uintptr_t address) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an arena computes with addresses
  return reinterpret_cast<void*>(address);
}

// Room for one more element; false where there is no memory. A size cannot wrap: each element
// stands for at least eight bytes of a chunk, or for a chunk.
template <class T>
bool grow(T*& elements, std::size_t count, std::size_t& capacity) {
  if (count < capacity) return true;
  const std::size_t wanted = capacity == 0 ? kCapacityMin : 2 * capacity;
  auto* grown = static_cast<T*>(std::realloc(static_cast<void*>(elements), wanted * sizeof(T)));
  if (grown == nullptr) return false;
  elements = grown;
  for (std::size_t index = capacity; index < wanted; ++index) elements[index] = T{};
  capacity = wanted;
  return true;
}

void free_blocks(ArenaBlockList::Chunk& chunk) {
  std::free(static_cast<void*>(chunk.live.blocks));
  std::free(static_cast<void*>(chunk.stale.blocks));
}

}  // namespace

ArenaBlockList* make_block_list() {
  return static_cast<ArenaBlockList*>(std::calloc(1, sizeof(ArenaBlockList)));
}

void delete_block_list(ArenaBlockList* list) {
  for (std::size_t index = 0; index < list->count; ++index) free_blocks(list->chunks[index]);
  std::free(list->chunks);
  std::free(list);
}

void add_chunk(ArenaBlockList& list, std::uintptr_t memory, std::size_t size_bytes) {
  if (!grow(list.chunks, list.count, list.capacity)) return;
  list.chunks[list.count++] = {pointer_to(memory), size_bytes, {}, {}};
}

void remove_chunk(ArenaBlockList& list, std::uintptr_t memory) {
  ArenaBlockList::Chunk* chunk = find_chunk(list, memory);
  if (chunk == nullptr) return;
  REDZONE_DCHECK(address_of(chunk->memory) == memory);
  free_blocks(*chunk);
  *chunk = list.chunks[--list.count];
  list.chunks[list.count] = {};
}

// The latest first: an arena hands out from its last chunk, and gives back its last one first.
ArenaBlockList::Chunk* find_chunk(ArenaBlockList& list, std::uintptr_t address) {
  for (std::size_t index = list.count; index-- > 0;) {
    ArenaBlockList::Chunk& chunk = list.chunks[index];
    const std::uintptr_t begin = address_of(chunk.memory);
    if (address >= begin && address - begin < chunk.size_bytes) return &chunk;
  }
  return nullptr;
}

bool push_block(ArenaBlockStack& stack, std::uintptr_t block) {
  if (!grow(stack.blocks, stack.count, stack.capacity)) return false;
  stack.blocks[stack.count++] = pointer_to(block);
  return true;
}

std::uintptr_t top_block(const ArenaBlockStack& stack) {
  return stack.count == 0 ? 0 : address_of(stack.blocks[stack.count - 1]);
}

void pop_block(ArenaBlockStack& stack) { stack.blocks[--stack.count] = nullptr; }

}  // namespace redzone
