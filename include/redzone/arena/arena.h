#pragma once
// The arenas of redzone for C, and for whatever calls C: C99 and later, and C++.
//
// Bounds:  redzone_arena_config.bytes_max for what an arena takes from upstream, its handle of at
// most
//          1 KiB not counted; a block has at most PTRDIFF_MAX bytes, and any power of two as
//          alignment.
// Threads: an arena belongs to one thread at a time; redzone_arena_get_stats() may be called from
//          others. The last error is the calling thread's.
// Failure: a code, or a null block and the code in redzone_arena_last_error(). A null argument is
//          NULL_ARGUMENT. Nothing throws, nothing calls longjmp, and a failed call changes nothing.
// Cost:    a block of any size and alignment up to 64: a call, some twenty instructions.
//
//   redzone_arena* arena = NULL;
//   if (redzone_arena_create(NULL, &arena) != REDZONE_ARENA_OK) return report();
//   char* name = redzone_arena_alloc(arena, 100);
//   if (name == NULL) return report();  // prints redzone_arena_last_error(NULL, 0)
//   redzone_arena_destroy(arena);
//
// Structures that may grow begin with their size, which the functions that fill them take or read:
// a program and a library of two versions then agree on the fields that both have.

#include <stddef.h>
#include <stdint.h>

// NOLINTBEGIN(modernize-*,readability-identifier-naming,performance-enum-size): this is C

#ifdef __cplusplus
#define REDZONE_ARENA_NOEXCEPT noexcept
extern "C" {
#else
#define REDZONE_ARENA_NOEXCEPT
#endif

#if defined(__GNUC__)
#define REDZONE_ARENA_MUST_USE __attribute__((warn_unused_result))
#else
#define REDZONE_ARENA_MUST_USE
#endif

// Of this header; redzone_arena_abi_version() is that of the library.
#define REDZONE_ARENA_ABI_VERSION 1

// An arena. Only the functions below look into it.
typedef struct redzone_arena redzone_arena;

// Why a call failed. Values are never reused. Those below 64 are ArenaCode's own, those from 64 to
// 127 are 64 more than BaseCode's, and those from 128 exist in this interface only.
typedef enum redzone_arena_code {
  REDZONE_ARENA_OK = 0,
  REDZONE_ARENA_ALIGNMENT_NOT_POWER_OF_TWO = 1,
  REDZONE_ARENA_SIZE_TOO_LARGE = 2,
  REDZONE_ARENA_EXHAUSTED = 3,
  REDZONE_ARENA_UPSTREAM_FAILED = 4,
  REDZONE_ARENA_SEALED = 5,
  REDZONE_ARENA_CLOSED = 6,
  REDZONE_ARENA_BUSY = 7,
  REDZONE_ARENA_SCOPE_OPEN = 8,
  REDZONE_ARENA_MARK_STALE = 9,
  REDZONE_ARENA_THREAD_EXITING = 10,
  REDZONE_ARENA_THREAD_RECURSION = 11,
  REDZONE_ARENA_REENTERED = 12,
  REDZONE_ARENA_BAD_OPTION = 13,
  REDZONE_ARENA_COUNT_TOO_LARGE = 14,
  REDZONE_ARENA_DEFAULTS_IN_USE = 15,
  REDZONE_ARENA_ARITHMETIC_OVERFLOW = 65,
  REDZONE_ARENA_ALLOCATION_EXCEEDS_SINGLE = 66,
  REDZONE_ARENA_ALLOCATION_EXCEEDS_TOTAL = 67,
  REDZONE_ARENA_OUT_OF_MEMORY = 68,
  REDZONE_ARENA_NULL_ARGUMENT = 128,  // field: the argument
  REDZONE_ARENA_BAD_SIZE = 129,       // a structure's size; value; limit: the least that it may be
  REDZONE_ARENA_BAD_VERSION = 130,    // a structure's version; value; limit: the library's
  REDZONE_ARENA_CANNOT_RESIZE = 131,  // not the last block, or no room behind it
  REDZONE_ARENA_OF_A_THREAD = 132     // destroy() of what redzone_arena_thread() gave
} redzone_arena_code;

// The name of a code without its prefix, "EXHAUSTED"; "UNKNOWN" for any other number.
const char* redzone_arena_code_name(int code) REDZONE_ARENA_NOEXCEPT;

uint32_t redzone_arena_abi_version(void) REDZONE_ARENA_NOEXCEPT;

// The last failure of a call of this interface in the calling thread; a success leaves it alone.
typedef struct redzone_arena_error {
  uint32_t size_bytes;  // of this structure, as the library filled it
  uint32_t code;        // a redzone_arena_code; 0 where no call has failed
  const char* field;    // what it is about; static, never null
  uint64_t value;       // what was asked for
  uint64_t limit;       // what would have been granted
  uint8_t has_value;    // 1 where value is known
  uint8_t has_limit;
} redzone_arena_error;

// The code; where `error` is not null, `size_bytes` bytes of it are filled too, no more than the
// structure has.
redzone_arena_code redzone_arena_last_error(redzone_arena_error* error,
                                            size_t size_bytes) REDZONE_ARENA_NOEXCEPT;

// What an arena does when it is full.
enum {
  REDZONE_ARENA_OVERFLOW_ERROR = 0,  // its first chunk, or the buffer, is all there is
  REDZONE_ARENA_OVERFLOW_PANIC = 1,  // likewise, and the process ends with a message
  REDZONE_ARENA_OVERFLOW_HEAP = 2,   // then a block from upstream for each request
  REDZONE_ARENA_OVERFLOW_GROW = 3    // further chunks, each twice as large
};

// Whether memory that goes out of use is set to zero.
enum { REDZONE_ARENA_ZERO_ON_RESET = 0, REDZONE_ARENA_ZERO_NEVER = 1 };

// How an arena is made. Fill it with redzone_arena_config_init(), then change what shall differ.
typedef struct redzone_arena_config {
  uint32_t size_bytes;          // of this structure, as the program knows it
  uint32_t version;             // REDZONE_ARENA_ABI_VERSION of the program
  uint64_t bytes_max;           // that the arena may hold; 0: nothing but `buffer`
  uint64_t chunk_bytes;         // of the first chunk
  uint64_t chunk_bytes_max;     // that chunks grow to
  uint64_t retained_bytes_max;  // of chunks that reset keeps
  uint64_t red_zone_bytes;      // after each block, under a detector
  uint32_t overflow;            // REDZONE_ARENA_OVERFLOW_...
  uint32_t zero;                // REDZONE_ARENA_ZERO_...
  uint32_t counts_blocks;       // 1: count blocks and padding, which makes each cost more
  uint32_t unused;              // 0
  const char* name;             // for messages, not null; it outlives the program's last error
  void* buffer;                 // blocks come from here first; it outlives the arena; may be null
  size_t buffer_bytes;
  // Where chunks come from; both null: malloc, or calloc where zeros are wanted, unless the program
  // has set other defaults. `take` gives memory aligned to 16, or null; `give_back` gets it with
  // the same size. Neither may call the arena, unwind or jump out.
  void* (*take)(void* context, size_t size_bytes);
  void (*give_back)(void* context, void* memory, size_t size_bytes);
  void* context;
} redzone_arena_config;

// Fills `size_bytes` bytes of `config`, sizeof of it, with the defaults: what the environment says,
// in REDZONE_ARENA_BYTES, REDZONE_ARENA_OVERFLOW and REDZONE_ARENA_ZERO, or else 64 MiB in chunks
// that grow, zeroed on reset. NULL_ARGUMENT, BAD_SIZE.
redzone_arena_code redzone_arena_config_init(redzone_arena_config* config,
                                             size_t size_bytes) REDZONE_ARENA_NOEXCEPT;

// Makes an arena; a null `config` stands for the defaults. NULL_ARGUMENT, BAD_SIZE, BAD_VERSION,
// BAD_OPTION, OUT_OF_MEMORY; *arena is null then.
REDZONE_ARENA_MUST_USE redzone_arena_code redzone_arena_create(
    const redzone_arena_config* config, redzone_arena** arena) REDZONE_ARENA_NOEXCEPT;

// Gives all memory of the arena back. NULL_ARGUMENT; OF_A_THREAD for that of the calling thread.
// That of another thread is a programmer's error.
redzone_arena_code redzone_arena_destroy(redzone_arena* arena) REDZONE_ARENA_NOEXCEPT;

// A block that is not initialised, aligned to 16 as malloc's; null where there is none. 0 bytes are
// a block too. It lives until rewind, reset, release or destroy.
REDZONE_ARENA_MUST_USE void* redzone_arena_alloc(redzone_arena* arena,
                                                 size_t size_bytes) REDZONE_ARENA_NOEXCEPT;
// The same with any power of two as alignment.
REDZONE_ARENA_MUST_USE void* redzone_arena_alloc_aligned(redzone_arena* arena, size_t size_bytes,
                                                         size_t alignment) REDZONE_ARENA_NOEXCEPT;
// The same, of zeros: at no further cost where the memory is known to be zero.
REDZONE_ARENA_MUST_USE void* redzone_arena_alloc_zeroed(redzone_arena* arena, size_t size_bytes,
                                                        size_t alignment) REDZONE_ARENA_NOEXCEPT;

// Resize the block that was handed out last, where it stands. CANNOT_RESIZE changes nothing.
redzone_arena_code redzone_arena_grow(redzone_arena* arena, void* block, size_t old_bytes,
                                      size_t new_bytes) REDZONE_ARENA_NOEXCEPT;
redzone_arena_code redzone_arena_shrink(redzone_arena* arena, void* block, size_t old_bytes,
                                        size_t new_bytes) REDZONE_ARENA_NOEXCEPT;

// Where an arena stands: a value, which ends with reset and with a rewind to an earlier mark.
typedef struct redzone_arena_mark {
  uint64_t words[8];
} redzone_arena_mark;

redzone_arena_code redzone_arena_get_mark(redzone_arena* arena,
                                          redzone_arena_mark* mark) REDZONE_ARENA_NOEXCEPT;
// Takes back every block since the mark. MARK_STALE, SCOPE_OPEN, SEALED, BUSY, CLOSED.
redzone_arena_code redzone_arena_rewind(redzone_arena* arena,
                                        const redzone_arena_mark* mark) REDZONE_ARENA_NOEXCEPT;

// Takes back every block; chunks stay for the next round. SCOPE_OPEN, SEALED, BUSY, CLOSED.
redzone_arena_code redzone_arena_reset(redzone_arena* arena) REDZONE_ARENA_NOEXCEPT;
// The same, and gives the chunks back too.
redzone_arena_code redzone_arena_release(redzone_arena* arena) REDZONE_ARENA_NOEXCEPT;
// Gives chunks that no block is in back until at most `retained_bytes` of these are left; none
// while the arena is busy or closed.
redzone_arena_code redzone_arena_trim(redzone_arena* arena,
                                      uint64_t retained_bytes) REDZONE_ARENA_NOEXCEPT;

// No block, and no reset, until unseal: what is there stays as it is.
redzone_arena_code redzone_arena_seal(redzone_arena* arena) REDZONE_ARENA_NOEXCEPT;
redzone_arena_code redzone_arena_unseal(redzone_arena* arena) REDZONE_ARENA_NOEXCEPT;

// 1 where `address` lies in memory that the arena has handed out and not taken back, else 0.
int redzone_arena_owns(const redzone_arena* arena, const void* address) REDZONE_ARENA_NOEXCEPT;

typedef struct redzone_arena_stats {
  uint32_t size_bytes;        // set it to sizeof(redzone_arena_stats) before the call
  uint32_t counts_blocks;     // 1: block_count and padding_bytes are known
  uint64_t used_bytes;        // handed out now, with padding and red zones
  uint64_t high_water_bytes;  // the most that used_bytes has been
  uint64_t held_bytes;        // taken from upstream now, with headers, and the buffer
  uint64_t held_high_water_bytes;
  uint64_t chunk_count;
  uint64_t own_block_count;  // blocks that are no part of a chunk
  uint64_t reset_count;
  uint64_t overflow_count;  // requests for which the current chunk had no room
  uint64_t failure_count;   // requests that got nothing
  uint64_t wasted_bytes;    // left over at the end of chunks that are full
  uint64_t block_count;     // since the last reset
  uint64_t padding_bytes;
} redzone_arena_stats;

// Fills as much of `stats` as its size_bytes says. NULL_ARGUMENT, BAD_SIZE.
redzone_arena_code redzone_arena_get_stats(const redzone_arena* arena,
                                           redzone_arena_stats* stats) REDZONE_ARENA_NOEXCEPT;

// The calling thread's arena is made by the first call that needs it, or here. THREAD_EXITING,
// THREAD_RECURSION, UPSTREAM_FAILED where the system has no thread-specific key.
redzone_arena_code redzone_arena_thread_init(void) REDZONE_ARENA_NOEXCEPT;
// It; never null. Where there can be none, it refuses each request.
redzone_arena* redzone_arena_thread(void) REDZONE_ARENA_NOEXCEPT;
// Gives its memory back; the next use starts anew. A thread that ends does it by itself.
// THREAD_EXITING, THREAD_RECURSION, SCOPE_OPEN, SEALED, BUSY.
redzone_arena_code redzone_arena_thread_cleanup(void) REDZONE_ARENA_NOEXCEPT;

#ifdef __cplusplus
}
#endif

// NOLINTEND(modernize-*,readability-identifier-naming,performance-enum-size)
