// arena.h in C99: everything that it offers, each refusal that a caller can cause.

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "redzone/arena/arena.h"
#include "tests/arena/c_program.h"

#define REDZONE_EXPECT(condition)      \
  do {                                 \
    if (!(condition)) return __LINE__; \
  } while (0)

static redzone_arena_error last_error(void) {
  redzone_arena_error error;
  memset(&error, 0xab, sizeof error);
  redzone_arena_last_error(&error, sizeof error);
  return error;
}

static int use_defaults(void) {
  redzone_arena* arena = NULL;
  REDZONE_EXPECT(redzone_arena_create(NULL, &arena) == REDZONE_ARENA_OK);
  REDZONE_EXPECT(arena != NULL);
  char* name = redzone_arena_alloc(arena, 100);
  REDZONE_EXPECT(name != NULL && (uintptr_t)name % 16 == 0);
  strcpy(name, "in the arena");
  char* page = redzone_arena_alloc_aligned(arena, 1, 4096);
  REDZONE_EXPECT(page != NULL && (uintptr_t)page % 4096 == 0);
  char* zeros = redzone_arena_alloc_zeroed(arena, 1000, 1);
  REDZONE_EXPECT(zeros != NULL);
  for (int i = 0; i < 1000; ++i) REDZONE_EXPECT(zeros[i] == 0);
  void* nothing = redzone_arena_alloc(arena, 0);
  REDZONE_EXPECT(nothing != NULL && nothing != redzone_arena_alloc(arena, 0));
  REDZONE_EXPECT(strcmp(name, "in the arena") == 0);
  REDZONE_EXPECT(redzone_arena_owns(arena, name) == 1);
  REDZONE_EXPECT(redzone_arena_owns(arena, (const void*)&arena) == 0);
  REDZONE_EXPECT(redzone_arena_reset(arena) == REDZONE_ARENA_OK);
  REDZONE_EXPECT(redzone_arena_owns(arena, name) == 0);
  REDZONE_EXPECT(redzone_arena_destroy(arena) == REDZONE_ARENA_OK);
  return 0;
}

static int resize(void) {
  redzone_arena* arena = NULL;
  REDZONE_EXPECT(redzone_arena_create(NULL, &arena) == REDZONE_ARENA_OK);
  void* first = redzone_arena_alloc(arena, 16);
  char* last = redzone_arena_alloc(arena, 16);
  memset(last, 7, 16);
  REDZONE_EXPECT(redzone_arena_grow(arena, last, 16, 160) == REDZONE_ARENA_OK);
  REDZONE_EXPECT(last[0] == 7 && last[15] == 7);
  REDZONE_EXPECT(redzone_arena_grow(arena, first, 16, 32) == REDZONE_ARENA_CANNOT_RESIZE);
  REDZONE_EXPECT(last_error().value == 32);
  REDZONE_EXPECT(redzone_arena_shrink(arena, last, 160, 8) == REDZONE_ARENA_OK);
  REDZONE_EXPECT(last[7] == 7);
  REDZONE_EXPECT(redzone_arena_shrink(arena, first, 16, 8) == REDZONE_ARENA_CANNOT_RESIZE);
  REDZONE_EXPECT(redzone_arena_grow(arena, NULL, 0, 8) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(redzone_arena_shrink(arena, NULL, 8, 0) == REDZONE_ARENA_NULL_ARGUMENT);
  return redzone_arena_destroy(arena) == REDZONE_ARENA_OK ? 0 : __LINE__;
}

static int rewind_to_marks(void) {
  redzone_arena* arena = NULL;
  REDZONE_EXPECT(redzone_arena_create(NULL, &arena) == REDZONE_ARENA_OK);
  int* kept = redzone_arena_alloc(arena, sizeof *kept);
  *kept = 42;
  redzone_arena_mark mark;
  redzone_arena_mark later;
  REDZONE_EXPECT(redzone_arena_get_mark(arena, &mark) == REDZONE_ARENA_OK);
  void* dropped = redzone_arena_alloc(arena, 100000);
  REDZONE_EXPECT(redzone_arena_get_mark(arena, &later) == REDZONE_ARENA_OK);
  REDZONE_EXPECT(redzone_arena_rewind(arena, &mark) == REDZONE_ARENA_OK);
  REDZONE_EXPECT(redzone_arena_owns(arena, dropped) == 0 && *kept == 42);
  REDZONE_EXPECT(redzone_arena_rewind(arena, &later) == REDZONE_ARENA_MARK_STALE);
  memset(&later, 0, sizeof later);
  REDZONE_EXPECT(redzone_arena_rewind(arena, &later) == REDZONE_ARENA_MARK_STALE);
  REDZONE_EXPECT(redzone_arena_get_mark(arena, NULL) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(redzone_arena_rewind(arena, NULL) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(redzone_arena_reset(arena) == REDZONE_ARENA_OK);
  REDZONE_EXPECT(redzone_arena_rewind(arena, &mark) == REDZONE_ARENA_MARK_STALE);
  return redzone_arena_destroy(arena) == REDZONE_ARENA_OK ? 0 : __LINE__;
}

static int refuse_requests(void) {
  redzone_arena* arena = NULL;
  redzone_arena_config config;
  REDZONE_EXPECT(redzone_arena_config_init(&config, sizeof config) == REDZONE_ARENA_OK);
  config.bytes_max = 8192;
  config.name = "small";
  REDZONE_EXPECT(redzone_arena_create(&config, &arena) == REDZONE_ARENA_OK);
  REDZONE_EXPECT(redzone_arena_alloc_aligned(arena, 8, 0) == NULL);
  REDZONE_EXPECT(last_error().code == REDZONE_ARENA_ALIGNMENT_NOT_POWER_OF_TWO);
  REDZONE_EXPECT(redzone_arena_alloc_aligned(arena, 8, 3) == NULL);
  REDZONE_EXPECT(last_error().has_value == 1 && last_error().value == 3);
  REDZONE_EXPECT(redzone_arena_alloc(arena, SIZE_MAX) == NULL);
  REDZONE_EXPECT(last_error().code == REDZONE_ARENA_SIZE_TOO_LARGE);
  REDZONE_EXPECT(redzone_arena_alloc_zeroed(arena, SIZE_MAX - 7, 8) == NULL);
  REDZONE_EXPECT(last_error().code == REDZONE_ARENA_SIZE_TOO_LARGE);
  REDZONE_EXPECT(redzone_arena_alloc(arena, 10000) == NULL);
  REDZONE_EXPECT(last_error().code == REDZONE_ARENA_ALLOCATION_EXCEEDS_SINGLE);
  REDZONE_EXPECT(strcmp(last_error().field, "small") == 0);
  REDZONE_EXPECT(redzone_arena_seal(arena) == REDZONE_ARENA_OK);
  REDZONE_EXPECT(redzone_arena_alloc(arena, 8) == NULL);
  REDZONE_EXPECT(redzone_arena_last_error(NULL, 0) == REDZONE_ARENA_SEALED);
  REDZONE_EXPECT(redzone_arena_reset(arena) == REDZONE_ARENA_SEALED);
  REDZONE_EXPECT(redzone_arena_unseal(arena) == REDZONE_ARENA_OK);
  REDZONE_EXPECT(redzone_arena_alloc(arena, 8) != NULL);
  REDZONE_EXPECT(redzone_arena_last_error(NULL, 0) == REDZONE_ARENA_SEALED);  // a success is none
  REDZONE_EXPECT(redzone_arena_release(arena) == REDZONE_ARENA_OK);
  REDZONE_EXPECT(redzone_arena_trim(arena, 0) == REDZONE_ARENA_OK);
  return redzone_arena_destroy(arena) == REDZONE_ARENA_OK ? 0 : __LINE__;
}

static int pass_null(void) {
  redzone_arena_mark mark;
  redzone_arena_stats stats;
  memset(&mark, 0, sizeof mark);
  memset(&stats, 0, sizeof stats);
  REDZONE_EXPECT(redzone_arena_create(NULL, NULL) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(strcmp(last_error().field, "arena") == 0);
  REDZONE_EXPECT(redzone_arena_config_init(NULL, 8) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(redzone_arena_destroy(NULL) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(redzone_arena_alloc(NULL, 8) == NULL);
  REDZONE_EXPECT(last_error().code == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(redzone_arena_alloc_aligned(NULL, 8, 8) == NULL);
  REDZONE_EXPECT(redzone_arena_alloc_zeroed(NULL, 8, 8) == NULL);
  REDZONE_EXPECT(redzone_arena_grow(NULL, &mark, 8, 16) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(redzone_arena_shrink(NULL, &mark, 8, 0) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(redzone_arena_get_mark(NULL, &mark) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(redzone_arena_rewind(NULL, &mark) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(redzone_arena_reset(NULL) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(redzone_arena_release(NULL) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(redzone_arena_trim(NULL, 0) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(redzone_arena_seal(NULL) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(redzone_arena_unseal(NULL) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(redzone_arena_owns(NULL, &mark) == 0);
  REDZONE_EXPECT(redzone_arena_get_stats(NULL, &stats) == REDZONE_ARENA_NULL_ARGUMENT);
  return 0;
}

static int count(void) {
  redzone_arena* arena = NULL;
  redzone_arena_config config;
  redzone_arena_stats stats;
  redzone_arena_config_init(&config, sizeof config);
  config.counts_blocks = 1;
  REDZONE_EXPECT(redzone_arena_create(&config, &arena) == REDZONE_ARENA_OK);
  for (int i = 0; i < 5; ++i) REDZONE_EXPECT(redzone_arena_alloc(arena, 100) != NULL);
  REDZONE_EXPECT(redzone_arena_alloc_aligned(arena, 8, 5) == NULL);
  memset(&stats, 0, sizeof stats);
  stats.size_bytes = sizeof stats;
  REDZONE_EXPECT(redzone_arena_get_stats(arena, &stats) == REDZONE_ARENA_OK);
  REDZONE_EXPECT(stats.size_bytes == sizeof stats && stats.counts_blocks == 1);
  REDZONE_EXPECT(stats.block_count == 5 && stats.used_bytes >= 500);
  REDZONE_EXPECT(stats.high_water_bytes == stats.used_bytes && stats.failure_count == 1);
  REDZONE_EXPECT(stats.held_bytes >= stats.used_bytes && stats.chunk_count == 1);
  stats.size_bytes = 8;
  REDZONE_EXPECT(redzone_arena_get_stats(arena, &stats) == REDZONE_ARENA_BAD_SIZE);
  REDZONE_EXPECT(redzone_arena_get_stats(arena, NULL) == REDZONE_ARENA_NULL_ARGUMENT);
  return redzone_arena_destroy(arena) == REDZONE_ARENA_OK ? 0 : __LINE__;
}

struct Supply {
  int taken;
  int given_back;
  int left;
};

static void* take(void* context, size_t size_bytes) {
  struct Supply* supply = context;
  if (supply->left == 0) return NULL;
  --supply->left;
  ++supply->taken;
  return malloc(size_bytes);
}

static void give_back(void* context, void* memory, size_t size_bytes) {
  struct Supply* supply = context;
  ++supply->given_back;
  memset(memory, 0, size_bytes);  // all of it may be touched
  free(memory);
}

static int bring_memory(void) {
  struct Supply supply = {0, 0, 1};
  redzone_arena* arena = NULL;
  redzone_arena_config config;
  redzone_arena_config_init(&config, sizeof config);
  config.take = take;
  REDZONE_EXPECT(redzone_arena_create(&config, &arena) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(strcmp(last_error().field, "config.give_back") == 0 && arena == NULL);
  config.give_back = give_back;
  config.context = &supply;
  REDZONE_EXPECT(redzone_arena_create(&config, &arena) == REDZONE_ARENA_OK);
  REDZONE_EXPECT(redzone_arena_alloc(arena, 100) != NULL && supply.taken == 1);
  REDZONE_EXPECT(redzone_arena_alloc(arena, 100000) == NULL);
  REDZONE_EXPECT(last_error().code == REDZONE_ARENA_UPSTREAM_FAILED);
  REDZONE_EXPECT(redzone_arena_destroy(arena) == REDZONE_ARENA_OK);
  REDZONE_EXPECT(supply.given_back == supply.taken);

  static char buffer[1024];
  config.take = NULL;
  config.give_back = NULL;
  config.bytes_max = 0;  // nothing but the buffer
  config.buffer_bytes = sizeof buffer;
  REDZONE_EXPECT(redzone_arena_create(&config, &arena) == REDZONE_ARENA_NULL_ARGUMENT);
  REDZONE_EXPECT(strcmp(last_error().field, "config.buffer") == 0);
  config.buffer = buffer;
  REDZONE_EXPECT(redzone_arena_create(&config, &arena) == REDZONE_ARENA_OK);
  char* block = redzone_arena_alloc(arena, 500);
  REDZONE_EXPECT(block >= buffer && block + 500 <= buffer + sizeof buffer);
  REDZONE_EXPECT(redzone_arena_alloc(arena, 1000) == NULL);
  REDZONE_EXPECT(last_error().code == REDZONE_ARENA_EXHAUSTED);
  REDZONE_EXPECT(redzone_arena_destroy(arena) == REDZONE_ARENA_OK);
  buffer[0] = 1;  // it is the caller's again
  return 0;
}

static int use_thread_arena(void) {
  REDZONE_EXPECT(redzone_arena_thread_init() == REDZONE_ARENA_OK);
  redzone_arena* arena = redzone_arena_thread();
  REDZONE_EXPECT(arena != NULL && arena == redzone_arena_thread());
  REDZONE_EXPECT(redzone_arena_alloc(arena, 100) != NULL);
  REDZONE_EXPECT(redzone_arena_destroy(arena) == REDZONE_ARENA_OF_A_THREAD);
  REDZONE_EXPECT(redzone_arena_thread_cleanup() == REDZONE_ARENA_OK);
  REDZONE_EXPECT(redzone_arena_thread_cleanup() == REDZONE_ARENA_OK);
  REDZONE_EXPECT(redzone_arena_alloc(redzone_arena_thread(), 100) != NULL);
  return redzone_arena_thread_cleanup() == REDZONE_ARENA_OK ? 0 : __LINE__;
}

int run_c_program(void) {
  int (*const pieces[])(void) = {use_defaults, resize, rewind_to_marks, refuse_requests,
                                 pass_null,    count,  bring_memory,    use_thread_arena};
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; ++i) {
    const int line = pieces[i]();
    if (line != 0) return line;
  }
  REDZONE_EXPECT(redzone_arena_abi_version() == REDZONE_ARENA_ABI_VERSION);
  REDZONE_EXPECT(strcmp(redzone_arena_code_name(REDZONE_ARENA_BAD_SIZE), "BAD_SIZE") == 0);
  return 0;
}
