#include "word_list.hpp"

#include <gtest/gtest.h>

#include "redzone/testing/all.hpp"

namespace {

using namespace redzone::literals;

constexpr const char* kText = "the quick brown fox jumps";

TEST(WordList, StaysWithinItsBudget) {
  EXPECT_PEAK_HEAP_LE(1_KiB, { free_words(load_words(kText)); });
  EXPECT_ALLOCATION_COUNT_LE(7, { free_words(load_words(kText)); });
}

TEST(WordList, KeepsNothing) {
  EXPECT_NO_LEAK({ free_words(load_words(kText)); });
}

TEST(WordList, StandsEveryFailedAllocation) {
  EXPECT_OOM_SAFE({
    WordList* list = load_words(kText);
    free_words(list);
    return list != nullptr;
  });
}

}  // namespace
