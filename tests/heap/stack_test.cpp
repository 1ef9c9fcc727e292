#include "redzone/heap/stack.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

namespace redzone::heap {
namespace {

__attribute__((noinline)) Stack stack_of_caller(std::size_t skip) {
  Stack stack = Stack::here(skip);
  __asm__ volatile("" : : "r"(&stack) : "memory");  // no tail call
  return stack;
}

TEST(HeapStack, BeginsWithTheCaller) {
  const Stack here = stack_of_caller(0);
  const Stack caller = stack_of_caller(1);
  ASSERT_GT(here.size(), 2U);
  ASSERT_EQ(caller.size(), here.size() - 1);
  const auto function = reinterpret_cast<std::uintptr_t>(&stack_of_caller);
  EXPECT_GE(here[0], function);
  EXPECT_LT(here[0], function + 512);
  for (std::size_t i = 1; i < caller.size(); ++i) EXPECT_EQ(caller[i], here[i + 1]);
}

TEST(HeapStack, IsEmptyBeyondItsEnd) {
  const Stack stack = Stack::here(kFramesMax);
  EXPECT_TRUE(stack.empty());
  EXPECT_EQ(Stack::here(SIZE_MAX).size(), 0U);
}

__attribute__((noinline)) std::size_t recurse(std::uint32_t depth) {
  const std::size_t size = depth == 0 ? Stack::here().size() : recurse(depth - 1);
  __asm__ volatile("" : : "r"(&size) : "memory");
  return size;
}

TEST(HeapStack, HasAtMostSoManyFrames) {
  EXPECT_EQ(recurse(3 * kFramesMax), kFramesMax);
  std::uintptr_t frames[kFramesMax + 1] = {};
  for (std::uint32_t i = 0; i <= kFramesMax; ++i) frames[i] = i + 1;
  EXPECT_EQ(Stack::of(frames, kFramesMax - 1).size(), kFramesMax - 1);
  EXPECT_EQ(Stack::of(frames, kFramesMax).size(), kFramesMax);
  EXPECT_EQ(Stack::of(frames, kFramesMax + 1).size(), kFramesMax);
}

TEST(HeapStack, IsEqualToOneOfTheSameAddresses) {
  const std::uintptr_t frames[] = {1, 2, 3};
  const std::uintptr_t others[] = {1, 2, 4};
  EXPECT_EQ(Stack::of(frames, 3), Stack::of(frames, 3));
  EXPECT_EQ(Stack::of(frames, 3).hash(), Stack::of(frames, 3).hash());
  EXPECT_FALSE(Stack::of(frames, 3) == Stack::of(others, 3));
  EXPECT_FALSE(Stack::of(frames, 3) == Stack::of(frames, 2));
  EXPECT_NE(Stack::of(frames, 3).hash(), Stack::of(others, 3).hash());
  EXPECT_NE(Stack::of(frames, 3).hash(), Stack::of(frames, 2).hash());
}

TEST(HeapStack, NamesAFunctionOrAPlaceInItsModule) {
  const Stack stack = stack_of_caller(0);
  char line[256];
  ASSERT_STRNE(describe_frame(stack, 0, line), "");
  const std::string text = line;
  const bool has_function = text.find("stack_of_caller") != std::string::npos;
  const bool has_module = text.find("heap_test+0x") != std::string::npos;
  EXPECT_TRUE(has_function || has_module) << text;
}

TEST(HeapStack, CutsTextToTheBuffer) {
  const Stack stack = stack_of_caller(0);
  char line[256];
  describe_frame(stack, 0, line);
  ASSERT_GE(std::strlen(line), 8U);
  char cut[8];
  std::memset(cut, 'x', sizeof(cut));
  EXPECT_EQ(describe_frame(stack, 0, cut), cut);
  EXPECT_EQ(std::strlen(cut), 7U);
  EXPECT_EQ(std::strncmp(cut, line, 7), 0);
  cut[0] = 'x';
  describe_frame(stack, 0, cut, 1);
  EXPECT_STREQ(cut, "");
  cut[0] = 'x';
  describe_frame(stack, 0, cut, 0);
  EXPECT_EQ(cut[0], 'x');
  EXPECT_STREQ(describe_frame(stack, stack.size(), line), "");
}

}  // namespace
}  // namespace redzone::heap
