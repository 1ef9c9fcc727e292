// The examples of docs/testing.md, to the letter: document_test.cpp holds the two together.
// Compiled as C++17.

#include "redzone/testing/all.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

// clang-format off
#include "redzone/heap/harmless.hpp"
#include "redzone/testing/io_faults.hpp"
// clang-format on

namespace {

using redzone::testing::HeapLimits;
using redzone::testing::Torture;

// clang-format off
using namespace redzone::literals;
// clang-format on

// The code of somebody: a list of the words of a text, in C.
struct List {
  List* next;
  char* word;
};

void free_list(List* list) {
  while (list != nullptr) {
    List* const next = list->next;
    std::free(list->word);
    std::free(list);
    list = next;
  }
}

List* load_list(const char* words) {
  List* list = nullptr;
  for (const char* begin = words; *begin != '\0';) {
    const std::size_t size = std::strcspn(begin, " ");
    List* const head = static_cast<List*>(std::calloc(1, sizeof(List)));
    if (head != nullptr) head->word = strndup(begin, size);
    if (head == nullptr || head->word == nullptr) {
      std::free(head);
      free_list(list);
      return nullptr;
    }
    head->next = list;
    list = head;
    begin += size;
    begin += std::strspn(begin, " ");
  }
  return list;
}

const char* const text =  // NOLINT(readability-identifier-naming): as in the page
    "the quick brown fox";
const char* const path =  // NOLINT(readability-identifier-naming): as in the page
    "/proc/self/stat";

bool parse(const char* words) {
  List* const list = load_list(words);
  free_list(list);
  return list != nullptr;
}

int lookup(int key) { return key + 1; }

bool load(const char* name) {
  FILE* const stream = std::fopen(name, "r");
  if (stream == nullptr) return false;
  char buffer[64];
  bool is_whole = std::fread(buffer, 1, sizeof buffer, stream) == sizeof buffer;
  is_whole = is_whole && std::ferror(stream) == 0;
  std::fclose(stream);
  return is_whole;
}

using Cache = std::unique_ptr<int>;
[[gnu::noinline]] bool remember(Cache& cache);  // else new and delete may be left out

// clang-format off
bool remember(Cache& cache) {
  const redzone::heap::HarmlessFailure harmless;  // without it every lookup parses again
  cache.reset(new (std::nothrow) int(7));
  return true;
}

REDZONE_SUITE_BUDGET(Parser, HeapLimits().peak(64_KiB));
REDZONE_TEST_BUDGET(Parser, StaysSmall, HeapLimits().largest(4_KiB));

TEST(Parser, StaysSmall) {
  EXPECT_PEAK_HEAP_LE(64_KiB, { parse(text); });
}

TEST(Parser, StaysSmallAllTheTime) {
  REDZONE_BUDGET(HeapLimits().peak(64_KiB).count(200));
  parse(text);
  parse(text);
}

TEST(Loader, StandsBadReads) {
  redzone::testing::IoFaults reads;
  EXPECT_IO_SAFE(reads, { return load(path); });
}

TEST(Recipes, EachAssertion) {
  redzone::testing::IoFaults reads;
  EXPECT_PEAK_HEAP_LE(8_MiB, { parse(text); });
  EXPECT_LARGEST_ALLOCATION_LE(1_MiB, { parse(text); });
  EXPECT_ALLOCATION_COUNT_LE(12, { parse(text); });
  EXPECT_NO_ALLOCATION({ lookup(7); });
  EXPECT_NO_LEAK({ parse(text); });
  EXPECT_OOM_SAFE({ return parse(text); });
  EXPECT_IO_SAFE(reads, { return load(path); });
}

TEST(Recipes, Limits) {
  EXPECT_HEAP_WITHIN(HeapLimits().peak(64_KiB).largest(4_KiB).count(100).live(0), { parse(text); });
  EXPECT_HEAP_WITHIN(HeapLimits().count(0).of_this_thread(), { lookup(7); });
}

TEST(Recipes, Torture) {
  EXPECT_OOM_SAFE({
    List* const list = load_list(text);
    free_list(list);
    return list != nullptr;
  });
  EXPECT_OOM_SAFE_WITH(Torture().once_per_stack(), { return parse(text); });
  EXPECT_OOM_SAFE_WITH(Torture().sampled(2, 1).at_least(16), { return parse(text); });
  EXPECT_OOM_SAFE_WITH(Torture().may_keep_blocks().runs_max(100'000), { return parse(text); });
}

TEST(Recipes, TortureInAChild) {
  EXPECT_OOM_SAFE_WITH(Torture().in_child().child_seconds_max(10), { return parse(text); });
}

TEST(Recipes, Reads) {
  redzone::testing::IoFaults reads;
  EXPECT_IO_SAFE_WITH(Torture().may_retry_for_ever(), reads, { return load(path); });
}
// clang-format on

TEST(Recipes, Harmless) {
  EXPECT_OOM_SAFE({
    Cache cache;
    return remember(cache);
  });
}

}  // namespace
