// What every arena promises about a single request. Each test is named after the fault, known from
// other arenas, that it keeps out.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <set>
#include <vector>

#include "arena/detectors.hpp"
#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/base/errors.hpp"
#include "tests/arena/test_limits.hpp"

namespace redzone {
namespace {

constexpr std::size_t kAlignments[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 4096};

std::uintptr_t address(const void* block) { return reinterpret_cast<std::uintptr_t>(block); }

// Of the same request through each way into the arena.
std::vector<Result<void*>> ask_every_way(BumpArena& arena, std::size_t size_bytes,
                                         std::size_t alignment) {
  std::vector<Result<void*>> answers{arena.try_allocate(size_bytes, alignment),
                                     arena.allocate_zeroed(size_bytes, alignment)};
  void* block = arena.allocate(size_bytes, alignment);
  if (block == nullptr) {
    answers.emplace_back(fail(arena.last_error()));
  } else {
    answers.emplace_back(block);
  }
  return answers;
}

void expect_refused(BumpArena& arena, std::size_t size_bytes, std::size_t alignment,
                    ErrorCode code) {
  const std::uint64_t used = arena.stats().used_bytes;
  for (const Result<void*>& answer : ask_every_way(arena, size_bytes, alignment)) {
    ASSERT_FALSE(answer) << size_bytes << " bytes, alignment " << alignment;
    EXPECT_EQ(answer.error().code, code) << size_bytes << " bytes, alignment " << alignment;
  }
  EXPECT_EQ(arena.stats().used_bytes, used);
  arena.check_invariants();
}

// Rounded up, such a size is 0, or small: LLVM, protobuf, upb and others gave a block for it.
TEST(ArenaContracts, ASizeNearTheMaximumIsNotRoundedToNothing) {
  MemoryBudget budget(kLimits);
  Arena arena(budget);
  alignas(64) std::byte buffer[4096];
  FixedArena fixed(buffer);
  for (const std::size_t used : {0U, 8U, 4040U}) {  // the window, and the tail behind it
    ASSERT_TRUE(fixed.reset());
    ASSERT_TRUE(arena.reset());
    if (used != 0) {
      ASSERT_TRUE(fixed.try_allocate(used, 8));
      ASSERT_TRUE(arena.try_allocate(used, 8));
    }
    for (std::size_t below = 0; below <= 130; ++below) {
      for (const std::size_t alignment : kAlignments) {
        expect_refused(fixed, SIZE_MAX - below, alignment, error_code(ArenaCode::size_too_large));
        expect_refused(arena, SIZE_MAX - below, alignment, error_code(ArenaCode::size_too_large));
      }
    }
  }
}

TEST(ArenaContracts, ASizeAtTheMostOfABlockAndAboveHaveErrorsOfTheirOwn) {
  alignas(64) std::byte buffer[4096];
  FixedArena fixed(buffer);
  EXPECT_EQ(fixed.try_allocate(kArenaBlockBytesMax - 1, 8).error(),
            make_error(ArenaCode::exhausted)
                .with_field("fixed arena")
                .with_value(kArenaBlockBytesMax - 1)
                .with_limit(4096));
  EXPECT_EQ(fixed.try_allocate(kArenaBlockBytesMax, 8).error().code,
            error_code(ArenaCode::exhausted));
  EXPECT_EQ(fixed.try_allocate(kArenaBlockBytesMax + 1, 8).error(),
            make_error(ArenaCode::size_too_large)
                .with_field("fixed arena")
                .with_value(kArenaBlockBytesMax + 1)
                .with_limit(kArenaBlockBytesMax));
}

// DuckDB's `while (capacity < size) capacity *= 2` never ends, and an addition of header and
// alignment may wrap: whatever the budget would grant, upstream is asked once for what is needed,
// or not at all.
TEST(ArenaContracts, AnExtremeSizeIsRefusedAtOnceWhateverTheBudgetGrants) {
  class Asked final : public ArenaUpstream {
   public:
    Block take(std::size_t size_bytes, bool) noexcept override {
      least_bytes = std::min(least_bytes, size_bytes);
      ++count;
      return {};
    }
    void give_back(void*, std::size_t) noexcept override {}
    std::size_t least_bytes = SIZE_MAX;
    int count = 0;
  };
  MemoryBudget budget({.max_single = UINT64_MAX, .max_total = UINT64_MAX});
  for (const ArenaOverflow overflow :
       {ArenaOverflow::grow, ArenaOverflow::heap, ArenaOverflow::error}) {
    Asked upstream;
    Arena arena(budget, {.overflow = overflow, .upstream = &upstream});
    int asked = 0;
    for (std::size_t below = 0; below < 8192; below += 61) {
      const std::size_t size_bytes = kArenaBlockBytesMax / (below % 2 + 1) - below;
      for (const int bit : {0, 3, 6, 12, 62, 63}) {
        for (const Result<void*>& answer :
             ask_every_way(arena, size_bytes, std::size_t{1} << bit)) {
          EXPECT_FALSE(answer) << size_bytes << " bytes, alignment 2^" << bit;
          ++asked;
        }
      }
    }
    EXPECT_LE(upstream.count, asked);
    EXPECT_EQ(upstream.count != 0, overflow != ArenaOverflow::error);
    EXPECT_GE(upstream.least_bytes, kArenaBlockBytesMax / 2 - 8192);
    arena.check_invariants();
  }
  EXPECT_EQ(budget.live_bytes(), 0U);
}

// The alignment itself is larger than any block: sums with it wrap.
TEST(ArenaContracts, AnAlignmentOfHalfTheAddressSpaceIsRefused) {
  MemoryBudget budget(kLimits);
  Arena arena(budget);
  alignas(64) std::byte buffer[4096];
  FixedArena fixed(buffer);
  for (const int bit : {40, 47, 48, 61, 62, 63}) {
    const std::size_t alignment = std::size_t{1} << bit;
    for (const std::size_t size_bytes : {std::size_t{0}, std::size_t{1}, std::size_t{100}}) {
      for (const Result<void*>& answer : ask_every_way(arena, size_bytes, alignment)) {
        EXPECT_FALSE(answer) << size_bytes << " bytes, alignment 2^" << bit;
      }
      expect_refused(fixed, size_bytes, alignment, error_code(ArenaCode::exhausted));
    }
  }
  arena.check_invariants();
  EXPECT_EQ(arena.try_allocate(kArenaBlockBytesMax - 100, std::size_t{1} << 63).error().code,
            error_code(ArenaCode::size_too_large));
}

// Where a buffer ends with the address space, `cursor + size` wraps. The memory is not there: an
// arena that does not zero never touches it.
TEST(ArenaContracts, AnOffsetNearTheMaximumDoesNotWrap) {
  if (is_watched()) GTEST_SKIP() << "a detector would be told of memory that is not there";
  constexpr std::size_t kBytes = 4095;
  const std::uintptr_t begin = UINTPTR_MAX - kBytes;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address where no memory is
  FixedArena arena(std::span(reinterpret_cast<std::byte*>(begin), kBytes),
                   {.zero = ArenaZero::never});
  const Result<void*> first = arena.try_allocate(4000, 8);
  ASSERT_TRUE(first);
  EXPECT_EQ(address(*first), begin);
  for (const std::size_t size_bytes :
       {std::size_t{89}, std::size_t{4096}, SIZE_MAX - begin, SIZE_MAX / 2, SIZE_MAX - 7}) {
    for (const std::size_t alignment : {1U, 8U, 64U, 128U, 4096U}) {
      EXPECT_FALSE(arena.try_allocate(size_bytes, alignment)) << size_bytes << ", " << alignment;
    }
  }
  EXPECT_FALSE(arena.try_allocate(1, 128));  // aligned up, the position is 0
  const Result<void*> window = arena.try_allocate(32, 8);
  ASSERT_TRUE(window);
  EXPECT_EQ(address(*window), begin + 4000);
  const Result<void*> tail = arena.try_allocate(56, 8);
  ASSERT_TRUE(tail);
  EXPECT_EQ(address(*tail), begin + 4032);
  EXPECT_FALSE(arena.try_allocate(1, 1));
  EXPECT_EQ(arena.stats().used_bytes, 4088U);
  arena.check_invariants();
  ASSERT_TRUE(arena.reset());
  EXPECT_EQ(*arena.try_allocate(1, 1), *first);
}

TEST(ArenaContracts, AlignmentZeroIsRefusedByItsName) {
  MemoryBudget budget(kLimits);
  Arena arena(budget, {.name = "request"});
  expect_refused(arena, 100, 0, error_code(ArenaCode::alignment_not_power_of_two));
  ASSERT_TRUE(arena.try_allocate(1, 1));
  EXPECT_EQ(arena.try_allocate(100, 0).error(),
            make_error(ArenaCode::alignment_not_power_of_two).with_field("request").with_value(0));
}

// Most arenas accept 3, and hand out what is aligned to nothing.
TEST(ArenaContracts, AnAlignmentThatIsNoPowerOfTwoIsRefused) {
  MemoryBudget budget(kLimits);
  Arena arena(budget);
  alignas(64) std::byte buffer[4096];
  FixedArena fixed(buffer);
  for (const std::size_t alignment :
       {std::size_t{3}, std::size_t{6}, std::size_t{5}, std::size_t{7}, std::size_t{12},
        std::size_t{63}, std::size_t{65}, std::size_t{96}, std::size_t{192}, std::size_t{4097},
        (std::size_t{1} << 63) + 1, SIZE_MAX}) {
    for (const std::size_t size_bytes : {std::size_t{0}, std::size_t{8}, SIZE_MAX}) {
      expect_refused(arena, size_bytes, alignment,
                     error_code(ArenaCode::alignment_not_power_of_two));
      expect_refused(fixed, size_bytes, alignment,
                     error_code(ArenaCode::alignment_not_power_of_two));
    }
    EXPECT_EQ(arena.try_allocate(8, alignment).error().value, alignment);
  }
}

TEST(ArenaContracts, LargeAlignmentsHoldBehindAnUnalignedNeighbour) {
  MemoryBudget budget(kLimits);
  Arena arena(budget);
  alignas(64) static std::byte buffer[64 * 1024];
  FixedArena fixed(buffer);
  for (BumpArena* each : {static_cast<BumpArena*>(&arena), static_cast<BumpArena*>(&fixed)}) {
    for (const std::size_t alignment : {64U, 128U, 256U, 8U, 1024U, 16U, 4096U}) {
      for (const std::size_t size_bytes : {1U, 3U, 64U, 200U}) {
        ASSERT_TRUE(each->try_allocate(1, 1));
        const Result<void*> block = each->try_allocate(size_bytes, alignment);
        ASSERT_TRUE(block);
        EXPECT_EQ(address(*block) % alignment, 0U) << alignment;
        std::memset(*block, 0xff, size_bytes);
      }
    }
    each->check_invariants();
  }
}

// The padding for an alignment is room, too: 100 bytes fit, and 100 bytes aligned to 256 do not.
TEST(ArenaContracts, AnAlignmentBeyondTheRemainingSpaceIsRefused) {
  alignas(256) std::byte buffer[512];
  FixedArena arena{std::span(buffer).first(256 + 128)};
  ASSERT_TRUE(arena.try_allocate(256 + 8, 8));
  EXPECT_EQ(
      arena.try_allocate(1, 256).error(),
      make_error(ArenaCode::exhausted).with_field("fixed arena").with_value(1).with_limit(120));
  EXPECT_FALSE(arena.try_allocate(1, 128));
  EXPECT_FALSE(arena.try_allocate(65, 64));
  const Result<void*> last = arena.try_allocate(64, 64);
  ASSERT_TRUE(last);
  EXPECT_EQ(address(*last), address(buffer) + 256 + 64);
  EXPECT_FALSE(arena.try_allocate(1, 1));
}

// Boost and others sized a new chunk without the padding, and wrote behind it.
TEST(ArenaContracts, ANewChunkHasRoomForTheAlignmentAndTheBlock) {
  for (const std::size_t alignment : kAlignments) {
    for (std::size_t size_bytes = 1; size_bytes < 5000; size_bytes += 61) {
      MemoryBudget budget(kLimits);
      Arena arena(budget, {.chunk_bytes = 256, .chunk_bytes_max = 1024});
      for (int block_count = 0; block_count < 4; ++block_count) {
        const Result<void*> block = arena.try_allocate(size_bytes, alignment);
        ASSERT_TRUE(block);
        EXPECT_EQ(address(*block) % alignment, 0U);
        std::memset(*block, 0xff, size_bytes);  // a detector sees a byte too many
      }
      arena.check_invariants();
    }
  }
}

// LLVM's was null from a function that promised otherwise.
TEST(ArenaContracts, ARequestOfNothingHasABlockOfItsOwn) {
  MemoryBudget budget(kLimits);
  Arena arena(budget);
  alignas(64) std::byte buffer[4096];
  FixedArena fixed(buffer);
  for (BumpArena* each : {static_cast<BumpArena*>(&arena), static_cast<BumpArena*>(&fixed)}) {
    std::set<void*> blocks;
    for (const std::size_t alignment : {1U, 8U, 16U, 64U, 128U}) {
      for (int round = 0; round < 3; ++round) {
        for (const Result<void*>& answer : ask_every_way(*each, 0, alignment)) {
          ASSERT_TRUE(answer);
          EXPECT_NE(*answer, nullptr);
          EXPECT_EQ(address(*answer) % alignment, 0U);
          EXPECT_TRUE(blocks.insert(*answer).second) << "handed out twice";
        }
      }
    }
  }
}

// A shared cursor that goes on although nothing is handed out wraps in the end (CockroachDB).
TEST(ArenaContracts, ARefusedRequestLeavesTheArenaWhereItStands) {
  alignas(64) std::byte buffer[256];
  FixedArena arena(buffer);
  ASSERT_TRUE(arena.try_allocate(100, 8));
  for (int round = 0; round < 100'000; ++round) {
    EXPECT_FALSE(arena.try_allocate(200, 16));
  }
  EXPECT_EQ(arena.stats().used_bytes, 104U);
  EXPECT_EQ(arena.stats().failure_count, 100'000U);
  EXPECT_TRUE(arena.try_allocate(152, 8));
}

// DuckDB cut a count to 32 bits, handed out next to nothing, and copied all of it.
TEST(ArenaContracts, AnArrayWhoseSizeHasNoNumberIsRefused) {
  MemoryBudget budget(kLimits);
  Arena arena(budget, {.name = "rows"});
  constexpr std::size_t kMost = kArenaBlockBytesMax / sizeof(std::uint64_t);
  for (const std::size_t count :
       {kMost + 1, SIZE_MAX / 8, SIZE_MAX / 8 + 2, SIZE_MAX / 2, SIZE_MAX}) {
    EXPECT_EQ(arena.make_array<std::uint64_t>(count).error(), make_error(ArenaCode::count_too_large)
                                                                  .with_field("rows")
                                                                  .with_value(count)
                                                                  .with_limit(kMost));
    EXPECT_EQ(arena.make_array_for_overwrite<std::uint64_t>(count).error().code,
              error_code(ArenaCode::count_too_large));
  }
  EXPECT_EQ(arena.make_array<std::uint64_t>(kMost).error().code,
            error_code(ArenaCode::size_too_large));  // with a header there is no room for it
  EXPECT_EQ(arena.make_array<std::uint64_t>(kMiB).error().code,
            error_code(BaseCode::allocation_exceeds_single));
  EXPECT_EQ(arena.stats().failure_count, 12U);
}

TEST(ArenaContracts, AnArrayIsWhatItsTypeSays) {
  struct Row {
    int number = 7;
    const char* name = "row";
  };
  MemoryBudget budget(kLimits);
  Arena arena(budget);
  const Result<std::span<Row>> rows = arena.make_array<Row>(100);
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 100U);
  for (const Row& row : *rows) EXPECT_EQ(row.number, 7);
  const Result<std::span<std::uint32_t>> numbers = arena.make_array<std::uint32_t>(100);
  ASSERT_TRUE(numbers);
  for (const std::uint32_t number : *numbers) EXPECT_EQ(number, 0U);
  using Member = int Row::*;  // null is -1, and no zero
  const Result<std::span<Member>> members = arena.make_array<Member>(3);
  ASSERT_TRUE(members);
  for (const Member member : *members) EXPECT_EQ(member, nullptr);
  const Result<std::span<Row>> none = arena.make_array<Row>(0);
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
  EXPECT_NE(none->data(), nullptr);
}

// LLVM added 0 to a null pointer.
TEST(ArenaContracts, AnArenaWithoutMemoryRefusesAndDoesNothingElse) {
  std::byte small[7];
  FixedArena none;
  FixedArena empty{std::span(small).first(0)};
  FixedArena tiny{std::span(small).first(7)};
  for (FixedArena* arena : {&none, &empty}) {
    expect_refused(*arena, 0, 1, error_code(ArenaCode::exhausted));
    expect_refused(*arena, 1, 64, error_code(ArenaCode::exhausted));
    expect_refused(*arena, 1, 4096, error_code(ArenaCode::exhausted));
    EXPECT_EQ(arena->stats().held_bytes, 0U);
    EXPECT_FALSE(arena->owns(nullptr));
    EXPECT_FALSE(arena->grow_last(nullptr, 0, 8));
    EXPECT_FALSE(arena->shrink_last(nullptr, 8, 0));
    const ArenaMark mark = arena->mark();
    EXPECT_TRUE(arena->rewind(mark));
    EXPECT_TRUE(arena->reset());
    EXPECT_TRUE(arena->release());
    EXPECT_EQ(arena->trim(0), 0U);
  }
  EXPECT_LE(tiny.stats().held_bytes, 0U);  // less than 8 bytes have no multiple of 8 between them
  expect_refused(tiny, 1, 1, error_code(ArenaCode::exhausted));
}

// Every byte of the buffer from the first multiple of 8 to the last one is handed out, wherever it
// begins and ends.
TEST(ArenaContracts, ABufferIsUsedButForSevenBytesAtEitherEnd) {
  alignas(64) std::byte buffer[256];
  for (std::size_t skipped = 0; skipped < 16; ++skipped) {
    for (std::size_t size_bytes = 1; size_bytes < 200; ++size_bytes) {
      const std::span<std::byte> part = std::span(buffer).subspan(skipped, size_bytes);
      FixedArena arena(part);
      std::size_t handed_out = 0;
      while (const Result<void*> block = arena.try_allocate(8, 8)) {
        EXPECT_GE(address(*block), address(part.data()));
        EXPECT_LE(address(*block) + 8, address(part.data()) + size_bytes);
        handed_out += 8;
      }
      EXPECT_GE(handed_out + 14, size_bytes);
      EXPECT_EQ(handed_out, arena.stats().held_bytes);
      arena.check_invariants();
    }
  }
}

TEST(ArenaContracts, OwnsWhatIsHandedOutAndNothingElse) {
  MemoryBudget budget(kLimits);
  Arena arena(budget, {.chunk_bytes = 256});
  std::vector<void*> blocks;
  for (int index = 0; index < 100; ++index) {
    blocks.push_back(*arena.try_allocate(100, 8));
    blocks.push_back(*arena.try_allocate(5000, 64));
  }
  for (void* block : blocks) EXPECT_TRUE(arena.owns(block));
  EXPECT_TRUE(arena.owns(static_cast<std::byte*>(blocks[1]) + 4999));
  EXPECT_FALSE(arena.owns(static_cast<std::byte*>(blocks[1]) + 5000));
  EXPECT_FALSE(arena.owns(static_cast<std::byte*>(blocks[1]) - 1));
  EXPECT_FALSE(arena.owns(&arena));
  EXPECT_FALSE(arena.owns(nullptr));
  ASSERT_TRUE(arena.reset());
  for (void* block : blocks) EXPECT_FALSE(arena.owns(block));
}

}  // namespace
}  // namespace redzone
