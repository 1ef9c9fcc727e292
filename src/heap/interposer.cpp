// malloc and its kin before those of glibc. This is the only member of redzone::heap_interposer,
// and the linker takes it where nobody else defines malloc: not in programs with the run-time of a
// sanitizer that has an allocator of its own.

#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "heap/counting.hpp"
#include "heap/explanation.hpp"
#include "heap/quick_count.hpp"
#include "heap/recorder.hpp"
#include "heap/scope_state.hpp"
#include "heap/stack_capture.hpp"
#include "heap/thread_state.hpp"
#include "heap/trailer.hpp"

// None of these functions is weak: Valgrind takes over strong ones only, and would run the others
// on blocks that are not glibc's.

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): names of the C library
extern "C" {
void* __libc_malloc(std::size_t) noexcept;
void* __libc_calloc(std::size_t, std::size_t) noexcept;
void* __libc_realloc(void*, std::size_t) noexcept;
void* __libc_memalign(std::size_t, std::size_t) noexcept;
void __libc_free(void*) noexcept;

extern const char redzone_heap_interposer_is_linked;
const char redzone_heap_interposer_is_linked = 1;
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace redzone::heap {

namespace {

inline bool nobody_counts() {
  return __builtin_expect(active_scopes.load(std::memory_order_relaxed) == 0, 1) != 0;
}

// The C library's malloc_usable_size: the name itself is ours, and a call of dlsym might allocate.
std::size_t usable_bytes_of(void* block) {
  const ChunkWord chunk(block);
  return chunk.chunk_bytes() - (chunk.is_mapped() ? 2 : 1) * sizeof(chunk.word);
}

bool out_of_memory() {
  errno = ENOMEM;
  return false;
}

// `size_bytes` and room for a trailer.
bool add_trailer_bytes(std::size_t size_bytes, std::size_t& sum) {
  return !__builtin_add_overflow(size_bytes, trailer_bytes_for(size_bytes), &sum) ||
         out_of_memory();
}

// Never part of the quick path, which would have to save registers for it.
REDZONE_HEAP_ENTRY void* counted_in_every_case(void* block, std::size_t size_bytes) {
  if (is_unwatched()) {
    ++thread_state.unwatched_calls;
    return block;
  }
  ThreadSlot& slot = slot_of_this_thread();
  std::uint64_t epoch = 0;
  const std::uint64_t mask = count_allocation(slot, size_bytes, epoch);
  const std::uint64_t explaining = mask & explaining_scopes.load(std::memory_order_relaxed);
  RecordedBlock recorded = {size_bytes, epoch, slot.index, false};
  if (explaining != 0) {
    const auto address = reinterpret_cast<std::uintptr_t>(block);
    recorded.is_followed =
        explain_allocation(address, recorded, slot, explaining, /*follow_always=*/false);
  }
  Trailer(block, usable_bytes_of(block)).write(recorded);
  return block;
}

// The share of this thread in the only scope; flush_at() finds out when there is another by now.
void tell_share() {
  const std::uint64_t only = only_scope.load(std::memory_order_acquire);
  if (only != kManyScopes) flush_at(*thread_state.own_slot, only / sizeof(ScopeHead));
}

REDZONE_HEAP_ENTRY void* told(void* block) {
  tell_share();
  return block;
}

__attribute__((always_inline)) inline void* counted(void* block, std::size_t size_bytes) {
  if (__builtin_expect(block == nullptr, 0)) return nullptr;
  const Quick quick = quick_allocation(block, size_bytes);
  if (__builtin_expect(quick == Quick::no, 0)) return counted_in_every_case(block, size_bytes);
  return __builtin_expect(quick == Quick::much, 0) ? told(block) : block;
}

// Takes the trailer off a block that the program gives up. False for a foreign block.
bool take_trailer(void* block, RecordedBlock& recorded) {
  Trailer trailer(block, usable_bytes_of(block));
  if (!trailer.read(recorded)) return false;
  trailer.clear();
  return recorded.epoch >= oldest_open_epoch.load(std::memory_order_relaxed);
}

REDZONE_HEAP_ENTRY void* counted_malloc(std::size_t size_bytes) {
  std::size_t with_trailer = 0;
  if (!add_trailer_bytes(size_bytes, with_trailer)) return nullptr;
  return counted(__libc_malloc(with_trailer), size_bytes);
}

REDZONE_HEAP_ENTRY void* counted_calloc(std::size_t count, std::size_t each_bytes) {
  std::size_t size_bytes = 0;
  std::size_t with_trailer = 0;
  if (__builtin_mul_overflow(count, each_bytes, &size_bytes))
    out_of_memory();
  else if (add_trailer_bytes(size_bytes, with_trailer)) {
    return counted(__libc_calloc(1, with_trailer), size_bytes);
  }
  return nullptr;
}

REDZONE_HEAP_ENTRY void* counted_memalign(std::size_t alignment, std::size_t size_bytes) {
  std::size_t with_trailer = 0;
  if (!add_trailer_bytes(size_bytes, with_trailer)) return nullptr;
  return counted(__libc_memalign(alignment, with_trailer), size_bytes);
}

REDZONE_HEAP_ENTRY void free_any(void* block) {
  RecordedBlock recorded;
  if (take_trailer(block, recorded)) {
    FollowedBlock followed;
    if (recorded.is_followed) unfollow(reinterpret_cast<std::uintptr_t>(block), followed);
    count_free(recorded);
  }
  __libc_free(block);
}

REDZONE_HEAP_ENTRY void free_and_tell(void* block) {
  tell_share();
  __libc_free(block);
}

REDZONE_HEAP_ENTRY void counted_free(void* block) {
  if (block == nullptr) return;
  const Quick quick = quick_free(block);
  if (__builtin_expect(quick == Quick::no, 0)) {
    free_any(block);
  } else if (__builtin_expect(quick == Quick::much, 0)) {
    free_and_tell(block);
  } else {
    __libc_free(block);
  }
}

// The old block is taken away before the new one is added: it replaces it.
REDZONE_HEAP_ENTRY void* counted_realloc(void* block, std::size_t size_bytes) {
  if (block == nullptr) return counted_malloc(size_bytes);
  if (size_bytes == 0) {  // as glibc does
    counted_free(block);
    return nullptr;
  }
  std::size_t with_trailer = 0;
  if (!add_trailer_bytes(size_bytes, with_trailer)) return nullptr;
  RecordedBlock old;
  const bool is_ours = take_trailer(block, old);
  // Another thread may be given the old address before this one comes back.
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  FollowedBlock followed;
  const bool was_followed = is_ours && old.is_followed && unfollow(address, followed);
  void* resized = __libc_realloc(block, with_trailer);
  if (resized == nullptr) {
    if (was_followed) follow_again(address, followed);
    if (is_ours) Trailer(block, usable_bytes_of(block)).write(old);
    return nullptr;
  }
  if (is_ours) count_free(old);
  return counted(resized, size_bytes);
}

std::size_t page_bytes() { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

bool is_power_of_two(std::size_t number) { return number != 0 && (number & (number - 1)) == 0; }

}  // namespace

}  // namespace redzone::heap

using namespace redzone::heap;

extern "C" {

REDZONE_HEAP_ENTRY void* malloc(std::size_t size_bytes) noexcept {
  return nobody_counts() ? __libc_malloc(size_bytes) : counted_malloc(size_bytes);
}

REDZONE_HEAP_ENTRY void* calloc(std::size_t count, std::size_t each_bytes) noexcept {
  return nobody_counts() ? __libc_calloc(count, each_bytes) : counted_calloc(count, each_bytes);
}

REDZONE_HEAP_ENTRY void free(void* block) noexcept {
  nobody_counts() ? __libc_free(block) : counted_free(block);
}

REDZONE_HEAP_ENTRY void* realloc(void* block, std::size_t size_bytes) noexcept {
  return nobody_counts() ? __libc_realloc(block, size_bytes) : counted_realloc(block, size_bytes);
}

REDZONE_HEAP_ENTRY void* reallocarray(void* block, std::size_t count,
                                      std::size_t each_bytes) noexcept {
  std::size_t size_bytes = 0;
  if (!__builtin_mul_overflow(count, each_bytes, &size_bytes)) return realloc(block, size_bytes);
  out_of_memory();
  return nullptr;
}

REDZONE_HEAP_ENTRY void* memalign(std::size_t alignment, std::size_t size_bytes) noexcept {
  return nobody_counts() ? __libc_memalign(alignment, size_bytes)
                         : counted_memalign(alignment, size_bytes);
}

REDZONE_HEAP_ENTRY void* aligned_alloc(std::size_t alignment, std::size_t size_bytes) noexcept {
  return memalign(alignment, size_bytes);
}

REDZONE_HEAP_ENTRY int posix_memalign(void** block, std::size_t alignment,
                                      std::size_t size_bytes) noexcept {
  if (alignment % sizeof(void*) != 0 || !is_power_of_two(alignment)) return EINVAL;
  const int saved_errno = errno;  // it is not for this function to set
  void* allocated = memalign(alignment, size_bytes);
  errno = saved_errno;
  if (allocated == nullptr) return ENOMEM;
  *block = allocated;
  return 0;
}

REDZONE_HEAP_ENTRY void* valloc(std::size_t size_bytes) noexcept {
  return memalign(page_bytes(), size_bytes);
}

REDZONE_HEAP_ENTRY void* pvalloc(std::size_t size_bytes) noexcept {
  const std::size_t page = page_bytes();
  std::size_t rounded = 0;
  if (!__builtin_add_overflow(size_bytes, page - 1, &rounded)) {
    return memalign(page, rounded / page * page);
  }
  out_of_memory();
  return nullptr;
}

// Nobody may write over a trailer that is still needed.
REDZONE_HEAP_ENTRY std::size_t malloc_usable_size(void* block) noexcept {
  if (block == nullptr) return 0;
  const std::size_t usable_bytes = usable_bytes_of(block);
  RecordedBlock recorded;
  const bool is_ours = !nobody_counts() && Trailer(block, usable_bytes).read(recorded) &&
                       recorded.epoch >= oldest_open_epoch.load(std::memory_order_relaxed);
  return is_ours ? usable_bytes - trailer_bytes_of(usable_bytes) : usable_bytes;
}

}  // extern "C"
