#include "arena/block_list.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

namespace redzone {
namespace {

struct DeleteList {
  void operator()(ArenaBlockList* list) const { delete_block_list(list); }
};
using List = std::unique_ptr<ArenaBlockList, DeleteList>;

List new_list() {
  List list(make_block_list());
  EXPECT_NE(list, nullptr);
  return list;
}

std::uintptr_t address_of(const void* memory) { return reinterpret_cast<std::uintptr_t>(memory); }

// The addresses are never read: any will do.
constexpr std::uintptr_t kFirst = 0x10000;
constexpr std::uintptr_t kSecond = 0x5000;

TEST(ArenaBlockList, FindsTheChunkThatAnAddressLiesIn) {
  const List list = new_list();
  add_chunk(*list, kFirst, 666);
  add_chunk(*list, kSecond, 37);

  EXPECT_EQ(find_chunk(*list, kFirst), &list->chunks[0]);
  EXPECT_EQ(find_chunk(*list, kFirst + 665), &list->chunks[0]);
  EXPECT_EQ(find_chunk(*list, kSecond + 36), &list->chunks[1]);
  EXPECT_EQ(find_chunk(*list, kFirst + 666), nullptr);
  EXPECT_EQ(find_chunk(*list, kFirst - 1), nullptr);
  EXPECT_EQ(find_chunk(*list, 0), nullptr);
}

TEST(ArenaBlockList, StacksBlocks) {
  const List list = new_list();
  add_chunk(*list, kFirst, 4096);
  ArenaBlockStack& stack = list->chunks[0].live;
  EXPECT_EQ(top_block(stack), 0U);
  for (std::uintptr_t offset = 64; offset < 4096; offset += 64) {
    ASSERT_TRUE(push_block(stack, kFirst + offset));
  }
  for (std::uintptr_t offset = 4032; offset > 0; offset -= 64) {
    ASSERT_EQ(top_block(stack), kFirst + offset);
    pop_block(stack);
  }
  EXPECT_EQ(top_block(stack), 0U);
}

TEST(ArenaBlockList, KeepsNoPointerToWhatIsGone) {
  const List list = new_list();
  add_chunk(*list, kFirst, 4096);
  add_chunk(*list, kSecond, 4096);
  ASSERT_TRUE(push_block(list->chunks[0].live, kFirst + 8));
  ASSERT_TRUE(push_block(list->chunks[0].live, kFirst + 16));
  ASSERT_TRUE(push_block(list->chunks[0].stale, kFirst + 64));
  pop_block(list->chunks[0].live);
  EXPECT_EQ(list->chunks[0].live.blocks[1], nullptr);

  remove_chunk(*list, kFirst);
  ASSERT_EQ(list->count, 1U);
  EXPECT_EQ(address_of(list->chunks[0].memory), kSecond);
  EXPECT_EQ(list->chunks[1].memory, nullptr);
  EXPECT_EQ(list->chunks[1].live.blocks, nullptr);
  EXPECT_EQ(list->chunks[1].stale.blocks, nullptr);
  EXPECT_EQ(find_chunk(*list, kFirst), nullptr);
}

TEST(ArenaBlockList, RemovesAChunkThatWasNeverAdded) {
  const List list = new_list();
  add_chunk(*list, kFirst, 64);
  remove_chunk(*list, kSecond);
  EXPECT_EQ(list->count, 1U);
}

TEST(ArenaBlockList, HoldsMoreChunksThanItBeganWith) {
  const List list = new_list();
  std::vector<std::uintptr_t> chunks;
  for (std::uintptr_t index = 1; index <= 100; ++index) chunks.push_back(index * 4096);
  for (const std::uintptr_t chunk : chunks) add_chunk(*list, chunk, 4096);
  for (const std::uintptr_t chunk : chunks) {
    ArenaBlockList::Chunk* found = find_chunk(*list, chunk + 37);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(address_of(found->memory), chunk);
    remove_chunk(*list, chunk);
  }
  EXPECT_EQ(list->count, 0U);
}

}  // namespace
}  // namespace redzone
