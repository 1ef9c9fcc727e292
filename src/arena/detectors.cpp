#include "arena/detectors.hpp"

#include "arena/block_list.hpp"
#include "redzone/arena/options.hpp"
#include "redzone/base/check.hpp"
#include "redzone/base/valgrind_request.hpp"

// Of the sanitizers' run-times; null in a program without them.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): names of the run-times
extern "C" {
[[gnu::weak]] void __asan_poison_memory_region(const volatile void* begin, std::size_t size_bytes);
[[gnu::weak]] void __asan_unpoison_memory_region(const volatile void* begin,
                                                 std::size_t size_bytes);
[[gnu::weak]] void __msan_allocated_memory(const volatile void* begin, std::size_t size_bytes);
[[gnu::weak]] void __msan_unpoison(const volatile void* begin, std::size_t size_bytes);
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace redzone {

namespace {

bool memcheck_looks_on() {
  static const bool kLooksOn = is_under_memcheck();
  return kLooksOn;
}

const volatile void* pointer(std::uintptr_t address) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an arena computes with addresses
  return reinterpret_cast<const volatile void*>(address);
}

std::uintptr_t name_of(const ArenaBlockList* pool) {
  return reinterpret_cast<std::uintptr_t>(pool);
}

std::uintptr_t nowhere_of(const ArenaBlockList& pool) {
  return reinterpret_cast<std::uintptr_t>(&pool.nowhere[kArenaNamedAroundBytes]);
}

std::uintptr_t rounded_up(std::uintptr_t address) {
  return (address + kArenaAlignmentMin - 1) & ~(kArenaAlignmentMin - 1);
}

// Valgrind hides what its pool has around a block when it learns of the block and when it forgets
// it. Around a real one that may be a header, or another block where there is no red zone.
void learn_block(const ArenaBlockList& pool, std::uintptr_t block, std::size_t size_bytes) {
  const std::uintptr_t nowhere = nowhere_of(pool);
  valgrind_request(kValgrindPoolAllocate, name_of(&pool), nowhere, 0);
  valgrind_request(kValgrindPoolChange, name_of(&pool), nowhere, block, size_bytes);
}

void forget_block(const ArenaBlockList& pool, std::uintptr_t block) {
  const std::uintptr_t nowhere = nowhere_of(pool);
  valgrind_request(kValgrindPoolChange, name_of(&pool), block, nowhere, 0);
  valgrind_request(kValgrindPoolFree, name_of(&pool), nowhere);
}

// Forgets the blocks that were taken back and began before `end`.
void forget_stale(const ArenaBlockList& pool, ArenaBlockList::Chunk& chunk, std::uintptr_t end) {
  for (std::uintptr_t block = top_block(chunk.stale); block != 0 && block < end;
       block = top_block(chunk.stale)) {
    pop_block(chunk.stale);
    forget_block(pool, block);
  }
}

// Tells Valgrind of a block that is handed out. Where there is no memory for that, it has no name.
void name_block(ArenaBlockList* pool, std::uintptr_t block, std::size_t size_bytes) {
  ArenaBlockList::Chunk* chunk = pool != nullptr ? find_chunk(*pool, block) : nullptr;
  if (chunk == nullptr) return;
  forget_stale(*pool, *chunk, block + size_bytes);
  REDZONE_DCHECK(top_block(chunk->live) < block);
  if (push_block(chunk->live, block)) learn_block(*pool, block, size_bytes);
}

// Nobody has written these bytes.
void forget_content(std::uintptr_t begin, std::size_t size_bytes) {
  if (memcheck_looks_on()) valgrind_request(kMemcheckMakeUndefined, begin, size_bytes);
  if (__msan_allocated_memory != nullptr) __msan_allocated_memory(pointer(begin), size_bytes);
}

void let_touch(std::uintptr_t begin, std::size_t size_bytes) {
  if (__asan_unpoison_memory_region != nullptr) {
    __asan_unpoison_memory_region(pointer(begin), size_bytes);
  }
}

}  // namespace

bool is_watched() {
  return __asan_poison_memory_region != nullptr || __msan_allocated_memory != nullptr ||
         memcheck_looks_on();
}

ArenaBlockList* begin_watching() {
  if (!memcheck_looks_on()) return nullptr;
  ArenaBlockList* pool = make_block_list();
  if (pool != nullptr) {
    valgrind_request(kValgrindCreatePool, name_of(pool), kArenaNamedAroundBytes);
  }
  return pool;
}

void end_watching(ArenaBlockList* pool) {
  if (pool == nullptr) return;
  valgrind_request(kValgrindDestroyPool, name_of(pool));
  delete_block_list(pool);
}

void adopt(ArenaBlockList* pool, std::uintptr_t memory, std::size_t size_bytes) {
  if (pool != nullptr) add_chunk(*pool, memory, size_bytes);
}

void disown(ArenaBlockList* pool, std::uintptr_t memory) {
  ArenaBlockList::Chunk* chunk = pool != nullptr ? find_chunk(*pool, memory) : nullptr;
  if (chunk == nullptr) return;
  REDZONE_DCHECK(chunk->live.count == 0);
  forget_stale(*pool, *chunk, UINTPTR_MAX);
  remove_chunk(*pool, memory);
}

void hide(std::uintptr_t begin, std::size_t size_bytes) {
  if (__asan_poison_memory_region != nullptr) {
    __asan_poison_memory_region(pointer(begin), size_bytes);
  }
  if (memcheck_looks_on()) valgrind_request(kMemcheckMakeNoAccess, begin, size_bytes);
  if (__msan_allocated_memory != nullptr) __msan_allocated_memory(pointer(begin), size_bytes);
}

void show(std::uintptr_t begin, std::size_t size_bytes) {
  let_touch(begin, size_bytes);
  if (memcheck_looks_on()) valgrind_request(kMemcheckMakeDefined, begin, size_bytes);
  if (__msan_unpoison != nullptr) __msan_unpoison(pointer(begin), size_bytes);
}

void hand_out(ArenaBlockList* pool, std::uintptr_t block, std::size_t size_bytes, bool is_zero) {
  name_block(pool, block, size_bytes);
  if (is_zero) {
    show(block, size_bytes);
  } else {
    let_touch(block, size_bytes);
    forget_content(block, size_bytes);
  }
}

void resize(ArenaBlockList* pool, std::uintptr_t block, std::size_t old_bytes,
            std::size_t new_bytes) {
  if (new_bytes == 0) {
    take_back(pool, block, rounded_up(block + old_bytes));
    return;
  }
  ArenaBlockList::Chunk* chunk = pool != nullptr ? find_chunk(*pool, block) : nullptr;
  if (chunk != nullptr) forget_stale(*pool, *chunk, block + new_bytes);
  if (new_bytes < old_bytes) {
    hide(block + new_bytes, rounded_up(block + old_bytes) - (block + new_bytes));
  } else {
    let_touch(block, new_bytes);
    forget_content(block + old_bytes, new_bytes - old_bytes);
  }
  if (chunk != nullptr && top_block(chunk->live) == block) {
    valgrind_request(kValgrindPoolChange, name_of(pool), block, block, new_bytes);
  }
}

void take_back(ArenaBlockList* pool, std::uintptr_t begin, std::uintptr_t end) {
  hide(begin, end - begin);
  ArenaBlockList::Chunk* chunk = pool != nullptr ? find_chunk(*pool, begin) : nullptr;
  if (chunk == nullptr) return;
  for (std::uintptr_t block = top_block(chunk->live); block >= begin;
       block = top_block(chunk->live)) {
    pop_block(chunk->live);
    if (!push_block(chunk->stale, block)) forget_block(*pool, block);
  }
}

}  // namespace redzone
