/* Whether a sanitizer's run-time tells its hooks of each form of allocation, in plain C. */

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void*, size_t),
                                              void (*on_free)(const volatile void*));

static size_t told_count, told_bytes, freed_count;

static void on_malloc(const volatile void* block, size_t size_bytes) {
  (void)block;
  ++told_count;
  told_bytes += size_bytes;
}

static void on_free(const volatile void* block) {
  if (block != NULL) ++freed_count;
}

int main(void) {
  void* volatile blocks[4];
  size_t count, bytes, freed, index;
  if (!__sanitizer_install_malloc_and_free_hooks(on_malloc, on_free)) return 2;
  blocks[0] = malloc(100);
  blocks[1] = calloc(10, 20);
  blocks[2] = aligned_alloc(64, 320);
  blocks[3] = NULL;
  if (posix_memalign((void**)&blocks[3], 64, 480) != 0) return 2;
  for (index = 0; index < 4; ++index) free(blocks[index]);
  count = told_count, bytes = told_bytes, freed = freed_count;
  printf("told of %zu allocations, %zu bytes, %zu frees\n", count, bytes, freed);
  return 0;
}
