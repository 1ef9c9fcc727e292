// ArenaAllocator under every container of the standard library, and ArenaResource.

#include "redzone/arena/allocator.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <forward_list>
#include <functional>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <memory_resource>
#include <new>
#include <numeric>
#include <queue>
#include <scoped_allocator>
#include <set>
#include <span>
#include <stack>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "redzone/arena/arena.hpp"
#include "redzone/arena/errors.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/arena/resource.hpp"
#include "redzone/base/bytes.hpp"

namespace redzone {
namespace {

template <class T>
using Vector = std::vector<T, ArenaAllocator<T>>;
using String = std::basic_string<char, std::char_traits<char>, ArenaAllocator<char>>;

template <class Element>
using Traits = std::allocator_traits<ArenaAllocator<Element>>;
static_assert(std::is_same_v<Traits<int>::pointer, int*>);
static_assert(std::is_same_v<Traits<int>::rebind_alloc<char>, ArenaAllocator<char>>);
static_assert(Traits<int>::propagate_on_container_move_assignment::value);
static_assert(Traits<int>::propagate_on_container_swap::value);
static_assert(!Traits<int>::is_always_equal::value);
static_assert(std::is_nothrow_copy_constructible_v<ArenaAllocator<int>>);
static_assert(std::is_nothrow_move_constructible_v<Vector<int>>);
static_assert(std::is_nothrow_swappable_v<Vector<int>>);
static_assert(sizeof(ArenaAllocator<int>) == sizeof(void*));

class ArenaAllocatorTest : public testing::Test {
 protected:
  // What a container has put on the heap instead would not be the arena's.
  template <class Container>
  void expect_inside(const Container& container) {
    for (const auto& element : container) EXPECT_TRUE(arena_.owns(&element));
  }

  MemoryBudget budget_{{.max_single = 1 * kMiB, .max_total = 8 * kMiB}};
  Arena arena_{budget_};
  Arena other_{budget_};
  ArenaAllocator<int> allocator_{arena_};
};

TEST_F(ArenaAllocatorTest, ServesSequences) {
  Vector<int> vector(allocator_);
  std::deque<int, ArenaAllocator<int>> deque(allocator_);
  std::list<int, ArenaAllocator<int>> list(allocator_);
  std::forward_list<int, ArenaAllocator<int>> forward_list(allocator_);
  Vector<bool> bits(allocator_);
  String string(allocator_);
  for (int number = 0; number < 1000; ++number) {
    vector.push_back(number);
    deque.push_front(number);
    list.push_back(number);
    forward_list.push_front(number);
    bits.push_back(number % 3 == 0);
    string.push_back(static_cast<char>('a' + number % 26));
  }
  EXPECT_EQ(std::accumulate(vector.begin(), vector.end(), 0), 499'500);
  EXPECT_EQ(std::accumulate(deque.begin(), deque.end(), 0), 499'500);
  EXPECT_EQ(std::accumulate(list.begin(), list.end(), 0), 499'500);
  EXPECT_EQ(std::accumulate(forward_list.begin(), forward_list.end(), 0), 499'500);
  EXPECT_EQ(std::count(bits.begin(), bits.end(), true), 334);
  EXPECT_TRUE(string.ends_with("ijkl"));
  expect_inside(vector);
  expect_inside(deque);
  expect_inside(list);
  expect_inside(forward_list);
  expect_inside(string);
  list.remove_if([](int number) { return number % 2 == 0; });
  vector.shrink_to_fit();
  deque.erase(deque.begin() + 100, deque.end());
  arena_.check_invariants();
  EXPECT_EQ(list.size(), 500U);
}

TEST_F(ArenaAllocatorTest, ServesOrderedContainers) {
  std::map<int, int, std::less<>, ArenaAllocator<std::pair<const int, int>>> map(allocator_);
  std::multimap<int, int, std::less<>, ArenaAllocator<std::pair<const int, int>>> multimap(
      allocator_);
  std::set<int, std::less<>, ArenaAllocator<int>> set(allocator_);
  std::multiset<int, std::less<>, ArenaAllocator<int>> multiset(allocator_);
  for (int number = 0; number < 1000; ++number) {
    map[number % 500] += number;
    multimap.emplace(number % 500, number);
    set.insert(number * 7 % 1000);
    multiset.insert(number % 10);
  }
  EXPECT_EQ(map.size(), 500U);
  EXPECT_EQ(map[7], 7 + 507);
  EXPECT_EQ(multimap.count(499), 2U);
  EXPECT_EQ(set.size(), 1000U);
  EXPECT_EQ(*set.begin(), 0);
  EXPECT_EQ(multiset.count(3), 100U);
  expect_inside(map);
  expect_inside(multimap);
  expect_inside(set);
  expect_inside(multiset);
  map.erase(7);
  set.clear();
  arena_.check_invariants();
}

TEST_F(ArenaAllocatorTest, ServesUnorderedContainers) {
  using Pair = std::pair<const int, int>;
  std::unordered_map<int, int, std::hash<int>, std::equal_to<>, ArenaAllocator<Pair>> map(
      allocator_);
  std::unordered_multimap<int, int, std::hash<int>, std::equal_to<>, ArenaAllocator<Pair>> multimap(
      allocator_);
  std::unordered_set<int, std::hash<int>, std::equal_to<>, ArenaAllocator<int>> set(allocator_);
  std::unordered_multiset<int, std::hash<int>, std::equal_to<>, ArenaAllocator<int>> multiset(
      allocator_);
  for (int number = 0; number < 1000; ++number) {
    map[number % 500] += number;
    multimap.emplace(number % 500, number);
    set.insert(number);
    multiset.insert(number % 10);
  }
  EXPECT_EQ(map[7], 7 + 507);
  EXPECT_EQ(multimap.count(499), 2U);
  EXPECT_TRUE(set.contains(999));
  EXPECT_EQ(multiset.count(3), 100U);
  expect_inside(map);
  expect_inside(set);
  set.rehash(10'000);
  map.clear();
  arena_.check_invariants();
}

TEST_F(ArenaAllocatorTest, ServesAdaptorsAndSharedPointers) {
  std::stack<int, Vector<int>> stack(allocator_);
  std::queue<int, std::deque<int, ArenaAllocator<int>>> queue(allocator_);
  std::priority_queue<int, Vector<int>, std::less<>> largest_first(std::less<>(), allocator_);
  for (int number = 0; number < 100; ++number) {
    stack.push(number);
    queue.push(number);
    largest_first.push(number * 37 % 100);
  }
  EXPECT_EQ(stack.top(), 99);
  EXPECT_EQ(queue.front(), 0);
  EXPECT_EQ(largest_first.top(), 99);
  const auto shared = std::allocate_shared<int>(allocator_, 42);
  EXPECT_EQ(*shared, 42);
  EXPECT_TRUE(arena_.owns(shared.get()));
}

TEST_F(ArenaAllocatorTest, ReachesWhatIsInsideWithAScopedAllocator) {
  using Scoped = std::scoped_allocator_adaptor<ArenaAllocator<String>>;
  std::vector<String, Scoped> strings{Scoped(ArenaAllocator<String>(arena_))};
  for (int number = 0; number < 100; ++number) {
    strings.emplace_back("a string that is too long to stand in its object");
  }
  for (const String& string : strings) EXPECT_TRUE(arena_.owns(string.data()));
}

TEST_F(ArenaAllocatorTest, CopiesUseTheSameArena) {
  const Vector<int> original({1, 2, 3}, allocator_);
  const Vector<int> copy = original;  // NOLINT(performance-unnecessary-copy-initialization): tested
  EXPECT_EQ(copy, original);
  EXPECT_EQ(&copy.get_allocator().arena(), &arena_);
  EXPECT_TRUE(arena_.owns(copy.data()));
  EXPECT_NE(copy.data(), original.data());
}

TEST_F(ArenaAllocatorTest, ACopyAssignedTakesTheOtherArena) {
  const Vector<int> original({1, 2, 3}, allocator_);
  Vector<int> copy({4}, ArenaAllocator<int>(other_));
  copy = original;
  EXPECT_EQ(copy, original);
  EXPECT_TRUE(arena_.owns(copy.data()));
  EXPECT_EQ(&copy.get_allocator().arena(), &arena_);
}

TEST_F(ArenaAllocatorTest, AMoveTakesTheBlocksWithTheirArena) {
  Vector<int> original({1, 2, 3}, allocator_);
  const int* block = original.data();
  Vector<int> moved = std::move(original);
  EXPECT_EQ(moved.data(), block);
  Vector<int> assigned({9, 9}, ArenaAllocator<int>(other_));
  assigned = std::move(moved);
  EXPECT_EQ(assigned.data(), block);  // no element was moved, although the arenas differ
  EXPECT_EQ(&assigned.get_allocator().arena(), &arena_);
}

TEST_F(ArenaAllocatorTest, AMoveWithAnotherAllocatorMovesTheElements) {
  Vector<int> original({1, 2, 3}, allocator_);
  const Vector<int> moved(std::move(original), ArenaAllocator<int>(other_));
  EXPECT_TRUE(other_.owns(moved.data()));
  EXPECT_EQ(moved, Vector<int>({1, 2, 3}, allocator_));
}

TEST_F(ArenaAllocatorTest, ASwapSwapsArenas) {
  std::list<int, ArenaAllocator<int>> left({1, 2}, allocator_);
  std::list<int, ArenaAllocator<int>> right({3}, ArenaAllocator<int>(other_));
  const int* first = &left.front();
  std::swap(left, right);
  EXPECT_EQ(&right.front(), first);
  EXPECT_EQ(&right.get_allocator().arena(), &arena_);
  EXPECT_EQ(&left.get_allocator().arena(), &other_);
  left.push_back(4);
  EXPECT_TRUE(other_.owns(&left.back()));
}

TEST_F(ArenaAllocatorTest, AllocatorsOfOneArenaAreEqual) {
  EXPECT_TRUE(allocator_ == ArenaAllocator<char>(arena_));
  EXPECT_FALSE(allocator_ == ArenaAllocator<char>(other_));
  EXPECT_TRUE(allocator_ != ArenaAllocator<int>(other_));
}

// A list may splice nodes of an equal allocator, whoever took them.
TEST_F(ArenaAllocatorTest, NodesMoveBetweenContainersOfOneArena) {
  std::list<int, ArenaAllocator<int>> left({1, 2}, allocator_);
  std::list<int, ArenaAllocator<int>> right({3}, allocator_);
  left.splice(left.end(), right);
  EXPECT_EQ(left.size(), 3U);
  std::set<int, std::less<>, ArenaAllocator<int>> from({1, 2}, allocator_);
  std::set<int, std::less<>, ArenaAllocator<int>> to(allocator_);
  to.insert(from.extract(1));
  to.merge(from);
  EXPECT_EQ(to.size(), 2U);
}

TEST_F(ArenaAllocatorTest, TheLastBlockIsGivenBackForGood) {
  const std::uint64_t used = arena_.stats().used_bytes;
  {
    const Vector<int> vector(100, 7, allocator_);
  }
  EXPECT_EQ(arena_.stats().used_bytes, used);
  int* first = allocator_.allocate(10);
  int* second = allocator_.allocate(10);
  const std::uint64_t both = arena_.stats().used_bytes;
  allocator_.deallocate(first, 10);  // not the last: it stays
  EXPECT_EQ(arena_.stats().used_bytes, both);
  allocator_.deallocate(second, 10);
  EXPECT_LT(arena_.stats().used_bytes, both);
}

TEST_F(ArenaAllocatorTest, ABlockOfNothingIsABlock) {
  int* first = allocator_.allocate(0);
  int* second = allocator_.allocate(0);
  EXPECT_NE(first, nullptr);
  EXPECT_NE(first, second);
  allocator_.deallocate(second, 0);
  allocator_.deallocate(first, 0);
}

TEST_F(ArenaAllocatorTest, AlignsWhatIsAlignedBeyondTheOrdinary) {
  struct alignas(256) Wide {
    char bytes[300];
  };
  Vector<Wide> vector{ArenaAllocator<Wide>(arena_)};
  for (int number = 0; number < 20; ++number) {
    vector.emplace_back();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(vector.data()) % 256, 0U);
  }
}

// count * sizeof(T) would be 0, 8 and the like.
TEST_F(ArenaAllocatorTest, ACountWhoseSizeWrapsIsNoBlock) {
  struct Sixteen {
    char bytes[16];
  };
  ArenaAllocator<Sixteen> sixteen(arena_);
  const std::size_t most = std::numeric_limits<std::size_t>::max();
  volatile std::size_t counts[] = {most / 16 + 1, most, (std::size_t{1} << 60) + 1,
                                   kArenaBlockBytesMax / 16 + 1};
  for (const std::size_t count : counts) {
    EXPECT_THROW(static_cast<void>(sixteen.allocate(count)), std::bad_array_new_length) << count;
  }
  EXPECT_THROW(Vector<int>(allocator_).reserve(most / 2), std::length_error);
}

TEST_F(ArenaAllocatorTest, AFullArenaIsBadAllocWithItsCause) {
  alignas(64) std::byte buffer[512];
  FixedArena small(buffer);
  Vector<char> vector{ArenaAllocator<char>(small)};
  EXPECT_THROW(vector.resize(513), std::bad_alloc);
  EXPECT_EQ(small.last_error().code, error_code(ArenaCode::exhausted));
  vector.resize(256);  // and it goes on
  EXPECT_EQ(vector.size(), 256U);
  EXPECT_THROW(vector.resize(1000), std::bad_alloc);
  EXPECT_EQ(vector.size(), 256U);
}

TEST_F(ArenaAllocatorTest, AResourceServesPmrContainers) {
  ArenaResource resource(arena_);
  std::pmr::unordered_map<int, std::pmr::string> map(&resource);
  std::pmr::vector<std::pmr::string> vector(&resource);
  for (int number = 0; number < 200; ++number) {
    map[number] = "a string that is too long to stand in its object";
    vector.emplace_back("another string that is too long for that");
  }
  expect_inside(map);
  for (const std::pmr::string& string : vector) EXPECT_TRUE(arena_.owns(string.data()));
  EXPECT_EQ(&resource.arena(), &arena_);
}

TEST_F(ArenaAllocatorTest, ResourcesOfOneArenaAreEqual) {
  ArenaResource first(arena_);
  ArenaResource second(arena_);
  ArenaResource third(other_);
  EXPECT_TRUE(first == second);
  EXPECT_FALSE(first == third);
  EXPECT_FALSE(first == *std::pmr::new_delete_resource());
}

TEST_F(ArenaAllocatorTest, AResourceGivesTheLastBlockBackAndThrowsBadAlloc) {
  ArenaResource resource(arena_);
  const std::uint64_t used = arena_.stats().used_bytes;
  void* block = resource.allocate(100, 64);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 64, 0U);
  resource.deallocate(block, 100, 64);
  EXPECT_LE(arena_.stats().used_bytes, used + 64);  // the padding in front may stay
  volatile std::size_t most = std::numeric_limits<std::size_t>::max();
  EXPECT_THROW(static_cast<void>(resource.allocate(most, 8)), std::bad_alloc);
  EXPECT_EQ(arena_.last_error().code, error_code(ArenaCode::size_too_large));
}

}  // namespace
}  // namespace redzone
