// The C interface: checks its arguments, translates, and calls what C++ programs call.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "arena/c_errors.hpp"
#include "arena/c_handle.hpp"
#include "arena/panic.hpp"
#include "arena/thread_state.hpp"
#include "redzone/arena/thread_arena.hpp"

namespace redzone {
namespace {

constexpr std::size_t kAlignmentOfMalloc = 16;
constexpr std::uint32_t kStatsBytesMin = sizeof(redzone_arena_stats);

static_assert(sizeof(redzone_arena_mark) >= sizeof(ArenaMark));
static_assert(std::is_trivially_copyable_v<ArenaMark>);

void* refuse_block() {
  refuse_null("arena");
  return nullptr;
}

}  // namespace
}  // namespace redzone

using namespace redzone;  // the functions below have no namespace

extern "C" {

void* redzone_arena_alloc(redzone_arena* arena, size_t size_bytes) noexcept {
  return redzone_arena_alloc_aligned(arena, size_bytes, kAlignmentOfMalloc);
}

void* redzone_arena_alloc_aligned(redzone_arena* arena, size_t size_bytes,
                                  size_t alignment) noexcept {
  if (arena == nullptr) [[unlikely]]
    return refuse_block();
  void* block = arena_of(arena).allocate(size_bytes, alignment);
  if (block == nullptr) [[unlikely]]
    remember(arena_of(arena).last_error());
  return block;
}

void* redzone_arena_alloc_zeroed(redzone_arena* arena, size_t size_bytes,
                                 size_t alignment) noexcept {
  if (arena == nullptr) return refuse_block();
  const Result<void*> block = arena_of(arena).allocate_zeroed(size_bytes, alignment);
  if (block) return *block;
  remember(block.error());
  // allocate_zeroed() knows no policy.
  if (arena_of(arena).options().overflow == ArenaOverflow::panic) {
    panic(block.error(), size_bytes, alignment);
  }
  return nullptr;
}

redzone_arena_code redzone_arena_grow(redzone_arena* arena, void* block, size_t old_bytes,
                                      size_t new_bytes) noexcept {
  if (arena == nullptr) return refuse_null("arena");
  if (block == nullptr) return refuse_null("block");
  if (arena_of(arena).grow_last(block, old_bytes, new_bytes)) return REDZONE_ARENA_OK;
  return refuse(REDZONE_ARENA_CANNOT_RESIZE, "block", new_bytes, old_bytes);
}

redzone_arena_code redzone_arena_shrink(redzone_arena* arena, void* block, size_t old_bytes,
                                        size_t new_bytes) noexcept {
  if (arena == nullptr) return refuse_null("arena");
  if (block == nullptr) return refuse_null("block");
  if (arena_of(arena).shrink_last(block, old_bytes, new_bytes)) return REDZONE_ARENA_OK;
  return refuse(REDZONE_ARENA_CANNOT_RESIZE, "block", new_bytes, old_bytes);
}

redzone_arena_code redzone_arena_get_mark(redzone_arena* arena, redzone_arena_mark* mark) noexcept {
  if (arena == nullptr) return refuse_null("arena");
  if (mark == nullptr) return refuse_null("mark");
  const ArenaMark now = arena_of(arena).mark();
  *mark = {};
  std::memcpy(mark, &now, sizeof now);
  return REDZONE_ARENA_OK;
}

redzone_arena_code redzone_arena_rewind(redzone_arena* arena,
                                        const redzone_arena_mark* mark) noexcept {
  if (arena == nullptr) return refuse_null("arena");
  if (mark == nullptr) return refuse_null("mark");
  ArenaMark then;
  std::memcpy(static_cast<void*>(&then), mark, sizeof then);
  return code_of(arena_of(arena).rewind(then));
}

redzone_arena_code redzone_arena_reset(redzone_arena* arena) noexcept {
  if (arena == nullptr) return refuse_null("arena");
  return code_of(arena_of(arena).reset());
}

redzone_arena_code redzone_arena_release(redzone_arena* arena) noexcept {
  if (arena == nullptr) return refuse_null("arena");
  return code_of(arena_of(arena).release());
}

redzone_arena_code redzone_arena_trim(redzone_arena* arena, uint64_t retained_bytes) noexcept {
  if (arena == nullptr) return refuse_null("arena");
  arena_of(arena).trim(retained_bytes);
  return REDZONE_ARENA_OK;
}

redzone_arena_code redzone_arena_seal(redzone_arena* arena) noexcept {
  if (arena == nullptr) return refuse_null("arena");
  arena_of(arena).seal();
  return REDZONE_ARENA_OK;
}

redzone_arena_code redzone_arena_unseal(redzone_arena* arena) noexcept {
  if (arena == nullptr) return refuse_null("arena");
  arena_of(arena).unseal();
  return REDZONE_ARENA_OK;
}

int redzone_arena_owns(const redzone_arena* arena, const void* address) noexcept {
  return arena != nullptr && address != nullptr && arena_of(arena).owns(address) ? 1 : 0;
}

redzone_arena_code redzone_arena_get_stats(const redzone_arena* arena,
                                           redzone_arena_stats* stats) noexcept {
  if (arena == nullptr) return refuse_null("arena");
  if (stats == nullptr) return refuse_null("stats");
  const uint32_t size_bytes = stats->size_bytes;
  if (size_bytes < kStatsBytesMin || size_bytes > kStructureBytesMax) {
    return refuse(REDZONE_ARENA_BAD_SIZE, "stats.size_bytes", size_bytes, kStatsBytesMin);
  }
  const ArenaStats now = arena_of(arena).stats();
  std::memset(stats, 0, size_bytes);
  *stats = {.size_bytes = size_bytes,
            .counts_blocks = now.block_count ? 1U : 0U,
            .used_bytes = now.used_bytes,
            .high_water_bytes = now.high_water_bytes,
            .held_bytes = now.held_bytes,
            .held_high_water_bytes = now.held_high_water_bytes,
            .chunk_count = now.chunk_count,
            .own_block_count = now.own_block_count,
            .reset_count = now.reset_count,
            .overflow_count = now.overflow_count,
            .failure_count = now.failure_count,
            .wasted_bytes = now.wasted_bytes,
            .block_count = now.block_count.value_or(0),
            .padding_bytes = now.padding_bytes.value_or(0)};
  return REDZONE_ARENA_OK;
}

redzone_arena_code redzone_arena_thread_init(void) noexcept {
  return code_of(ensure_thread_arena());
}

redzone_arena* redzone_arena_thread(void) noexcept {
  return reinterpret_cast<redzone_arena*>(&thread_arena());
}

redzone_arena_code redzone_arena_thread_cleanup(void) noexcept {
  return code_of(thread_arena_shutdown());
}

}  // extern "C"
