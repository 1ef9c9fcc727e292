#include "arena/detectors.hpp"

#include "arena/block_list.hpp"
#include "redzone/arena/options.hpp"
#include "redzone/base/valgrind_request.hpp"

// Of the sanitizers' run-times; null in a program without them.
extern "C" {
[[gnu::weak]] void __asan_poison_memory_region(const volatile void* begin, std::size_t size_bytes);
[[gnu::weak]] void __asan_unpoison_memory_region(const volatile void* begin,
                                                 std::size_t size_bytes);
[[gnu::weak]] void __msan_allocated_memory(const volatile void* begin, std::size_t size_bytes);
[[gnu::weak]] void __msan_unpoison(const volatile void* begin, std::size_t size_bytes);
}

namespace redzone {

namespace {

bool memcheck_looks_on() {
  static const bool looks_on = is_under_memcheck();
  return looks_on;
}

const volatile void* pointer(std::uintptr_t address) {
  return reinterpret_cast<const volatile void*>(address);
}

std::uintptr_t name_of(const ArenaBlockList* pool) {
  return reinterpret_cast<std::uintptr_t>(pool);
}

std::uintptr_t rounded_up(std::uintptr_t address) {
  return (address + kArenaAlignmentMin - 1) & ~(kArenaAlignmentMin - 1);
}

// Tells Valgrind of a block, which counts as not written from then on; false: it goes without name.
bool name_block(ArenaBlockList* pool, std::uintptr_t block, std::size_t size_bytes) {
  if (pool == nullptr) return false;
  ArenaBlockList::Chunk* chunk = find_chunk(*pool, block);
  if (chunk == nullptr || !push_block(*chunk, block)) return false;
  valgrind_request(kValgrindPoolAllocate, name_of(pool), block, size_bytes);
  return true;
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
  if (pool != nullptr) valgrind_request(kValgrindCreatePool, name_of(pool));
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
  if (pool != nullptr) remove_chunk(*pool, memory);
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
  const bool has_name = name_block(pool, block, size_bytes);
  if (is_zero) return show(block, size_bytes);
  let_touch(block, size_bytes);
  if (!has_name) forget_content(block, size_bytes);
}

void resize(ArenaBlockList* pool, std::uintptr_t block, std::size_t old_bytes,
            std::size_t new_bytes) {
  if (new_bytes == 0) return take_back(pool, block, rounded_up(block + old_bytes));
  if (new_bytes < old_bytes) {
    hide(block + new_bytes, rounded_up(block + old_bytes) - (block + new_bytes));
  } else {
    let_touch(block, new_bytes);
    forget_content(block + old_bytes, new_bytes - old_bytes);
  }
  if (pool == nullptr) return;
  ArenaBlockList::Chunk* chunk = find_chunk(*pool, block);
  if (chunk == nullptr || pop_block(*chunk, block) != block) return;
  if (push_block(*chunk, block)) {
    valgrind_request(kValgrindPoolChange, name_of(pool), block, block, new_bytes);
  }
}

void take_back(ArenaBlockList* pool, std::uintptr_t begin, std::uintptr_t end) {
  if (pool != nullptr) {
    if (ArenaBlockList::Chunk* chunk = find_chunk(*pool, begin)) {
      while (const std::uintptr_t block = pop_block(*chunk, begin)) {
        valgrind_request(kValgrindPoolFree, name_of(pool), block);
      }
    }
  }
  hide(begin, end - begin);
}

}  // namespace redzone
