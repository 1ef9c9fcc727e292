#pragma once
// What every arena can do: hand out blocks by moving a cursor, and take them all back at once. This
// is the common base of FixedArena and Arena; take one of these, and pass a BumpArena& around.
//
// Bounds:  a block has 1 to kArenaBlockBytesMax bytes (a request of 0 gives a block of 1), and any
//          power of two as alignment. No sum that could wrap is used: it cannot, by what holds for
//          the constants in it, or its carry is looked at.
// Threads: an arena belongs to one thread at a time; stats() may be called from others.
// Failure: EXHAUSTED, UPSTREAM_FAILED, the budget's refusals, ALIGNMENT_NOT_POWER_OF_TWO,
//          SIZE_TOO_LARGE, SEALED, CLOSED, BUSY, SCOPE_OPEN, MARK_STALE. A failed call changes
//          nothing but the figures.
// Cost:    a block of constant size and alignment up to 8: five instructions, those of adding and
//          comparing. With an alignment up to 64: two more; size and alignment unknown at compile
//          time: 17. A block of zeros: two more. What does not fit the chunk is out of line.
//
//   FixedArena arena(buffer);
//   Result<Header*> header = arena.make<Header>(version);
//   Result<std::span<Entry>> entries = arena.make_array<Entry>(count);
//   if (!entries) return fail(entries.error());
//   if (Status done = arena.reset(); !done) return done;  // header and entries are gone
//
// A signal handler may not allocate from an arena of the code that it interrupts.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "redzone/arena/chunk.hpp"
#include "redzone/arena/errors.hpp"
#include "redzone/arena/mark.hpp"
#include "redzone/arena/options.hpp"
#include "redzone/arena/stats.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/base/result.hpp"

namespace redzone {

struct ArenaBlockList;

class alignas(64) BumpArena {
 public:
  BumpArena(const BumpArena&) = delete;
  BumpArena& operator=(const BumpArena&) = delete;

  // What gives a block out is for arenas that have a name: that of a temporary would be gone with
  // it.

  // A block of `size_bytes` with `alignment`, not initialised, or why not. Never aborts.
  [[nodiscard]] Result<void*> try_allocate(std::size_t size_bytes, std::size_t alignment) & {
    void* block = bump(size_bytes, alignment);
    if (block != nullptr) [[likely]]
      return block;
    return allocate_out_of_line(size_bytes, alignment);
  }

  // The same, where the policy decides: null, or the end of the process under ArenaOverflow::panic.
  [[nodiscard]] void* allocate(std::size_t size_bytes, std::size_t alignment) & {
    void* block = bump(size_bytes, alignment);
    if (block != nullptr) [[likely]]
      return block;
    return allocate_by_policy(size_bytes, alignment);
  }

  // A block of zeros. Costs no more than try_allocate() where the memory is known to be zero: fresh
  // from an upstream that says so, or zeroed when it was last given back.
  [[nodiscard]] Result<void*> allocate_zeroed(std::size_t size_bytes, std::size_t alignment) & {
    void* block = bump(size_bytes, alignment);
    if (block == nullptr) [[unlikely]]
      return allocate_zeroed_out_of_line(size_bytes, alignment);
    if (reinterpret_cast<std::uintptr_t>(block) < clean_from_) [[unlikely]]
      clear(block, size_bytes);
    return block;
  }

  // An object in the arena. Its destructor would not run, so T may not have one that does anything.
  // What the constructor throws goes through; its block is then lost until reset.
  template <class T, class... Arguments>
  [[nodiscard]] Result<T*> make(Arguments&&... arguments) & {
    static_assert(std::is_trivially_destructible_v<T>,
                  "the arena runs no destructor for make(): use make_with_destructor()");
    const Result<void*> block = try_allocate(sizeof(T), alignof(T));
    if (!block) return fail(block.error());
    return std::construct_at(static_cast<T*>(*block), std::forward<Arguments>(arguments)...);
  }

  // An object whose destructor runs when its block goes: at reset, rewind, the end of a scope or of
  // the arena, the latest first. Takes three words more. Within the destructor the arena is BUSY.
  template <class T, class... Arguments>
  [[nodiscard]] Result<T*> make_with_destructor(Arguments&&... arguments) & {
    constexpr std::size_t kAlignment = std::max(alignof(T), alignof(ArenaDestructor));
    constexpr std::size_t kOffset = (sizeof(ArenaDestructor) + kAlignment - 1) & ~(kAlignment - 1);
    static_assert(sizeof(T) <= kArenaBlockBytesMax - kOffset);
    const Result<void*> block = try_allocate(kOffset + sizeof(T), kAlignment);
    if (!block) return fail(block.error());
    void* place = static_cast<std::byte*>(*block) + kOffset;
    T* object = std::construct_at(static_cast<T*>(place), std::forward<Arguments>(arguments)...);
    register_destructor(*block, object,
                        [](void* which) noexcept { std::destroy_at(static_cast<T*>(which)); });
    return object;
  }

  // `count` value-initialised objects; COUNT_TOO_LARGE where their size has no number. An array of
  // 0 has a block of its own too. What a constructor throws goes through, as for make().
  template <class T>
  [[nodiscard]] Result<std::span<T>> make_array(std::size_t count) & {
    static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructor for arrays");
    // Of other types zero bytes may not be the value: a null pointer to a member is -1.
    constexpr bool kZeroIsValue =
        std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_pointer_v<T>;
    const Result<void*> block = allocate_array(count, sizeof(T), alignof(T), kZeroIsValue);
    if (!block) return fail(block.error());
    T* first = static_cast<T*>(*block);
    if constexpr (!kZeroIsValue) std::uninitialized_value_construct_n(first, count);
    return std::span<T>(first, count);
  }

  // The same, not initialised, for whoever writes every element before it is read.
  template <class T>
    requires std::is_trivially_default_constructible_v<T>
  [[nodiscard]] Result<std::span<T>> make_array_for_overwrite(std::size_t count) & {
    static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructor for arrays");
    const Result<void*> block = allocate_array(count, sizeof(T), alignof(T), false);
    if (!block) return fail(block.error());
    return std::span<T>(static_cast<T*>(*block), count);
  }

  // Resizes the block that was handed out last, where it stands; to 0 takes it back. False when it
  // is not the last, a mark or a scope began after it, there is no room, or it has a block of its
  // own; nothing has changed then. What is dropped is zeroed by policy; what is added is not
  // initialised.
  [[nodiscard]] bool grow_last(void* block, std::size_t old_bytes, std::size_t new_bytes) {
    return may_be_last(block, old_bytes) && grow_out_of_line(block, old_bytes, new_bytes);
  }
  bool shrink_last(void* block, std::size_t old_bytes, std::size_t new_bytes) {
    return may_be_last(block, old_bytes) && shrink_out_of_line(block, old_bytes, new_bytes);
  }

  [[nodiscard]] ArenaMark mark();
  // Takes back every block since `mark`. MARK_STALE, SCOPE_OPEN (a scope began after the mark),
  // SEALED, BUSY, CLOSED.
  [[nodiscard]] Status rewind(const ArenaMark& mark);

  // Takes back every block. Chunks stay for the next round, up to retained_bytes_max.
  [[nodiscard]] Status reset();
  // Takes back every block, and gives every chunk back to upstream.
  [[nodiscard]] Status release();
  // Gives chunks that no block is in back to upstream until at most `retained_bytes` of these are
  // left. How many bytes went.
  std::uint64_t trim(std::uint64_t retained_bytes);

  // No block until unseal(): what is in the arena stays as it is. A second seal() changes nothing.
  void seal();
  void unseal();
  // release(), and no block ever after, sealed or not. With a scope open, or from within a
  // destructor that the arena runs, a programmer's error.
  void close();

  // Whether `address` lies in memory that the arena has handed out and not taken back, with the
  // padding between blocks.
  [[nodiscard]] bool owns(const void* address) const;

  [[nodiscard]] ArenaStats stats() const;
  [[nodiscard]] const ArenaOptions& options() const { return options_; }
  // The error of the last allocate() that was null; none before.
  [[nodiscard]] const Error& last_error() const { return last_error_; }

  // Aborts when an invariant does not hold. For tests.
  void check_invariants() const;

 protected:
  // Over `buffer`, which outlives the arena, and then `budget`; either may be missing.
  BumpArena(std::span<std::byte> buffer, MemoryBudget* budget, const ArenaOptions& options);
  // Closed from the beginning, with `refusal`. Counts in no totals, and need not be destroyed.
  explicit BumpArena(ArenaCode refusal) : closed_with_(refusal) {}
  // The other arena is then as after release(), with the same budget and options, and without the
  // buffer. An arena with an open scope stays where it is: moving it is a programmer's error.
  BumpArena(BumpArena&& other) noexcept;
  BumpArena& operator=(BumpArena&& other) noexcept;
  ~BumpArena();

  // As close(), where each request is then refused with `code`.
  void close_with(ArenaCode code);

 private:
  friend class ArenaScope;

  struct Request {
    std::size_t size_bytes;  // 1 to kArenaBlockBytesMax
    std::size_t alignment;   // a power of two
    bool is_zeroed;
  };

  // Null: out of line. A sum that wraps shows in the carry; a size that wraps when it is rounded up
  // becomes 0, as 0 itself does; an alignment of 0 makes a sum that wraps. These are jumps that
  // follow what is computed anyway. Small constants need none of them, by what holds for limit_.
  [[nodiscard, gnu::always_inline]] void* bump(std::size_t size_bytes, std::size_t alignment) {
    const std::uintptr_t mask = alignment - 1;
    if ((alignment & mask) != 0) [[unlikely]]
      return nullptr;
    std::uintptr_t block = cursor_.load(std::memory_order_relaxed);
    if (!__builtin_constant_p(alignment) || mask >= kArenaInlineAlignmentMax) {
      block += mask;
      if (block < mask) [[unlikely]]
        return nullptr;
      block &= ~mask;
    } else if (alignment > kArenaAlignmentMin) {
      block = (block + mask) & ~mask;
    }
    const std::size_t rounded = (size_bytes + kArenaAlignmentMin - 1) & ~(kArenaAlignmentMin - 1);
    if (rounded == 0) [[unlikely]]
      return nullptr;
    const std::uintptr_t next = block + rounded;
    // NOLINTNEXTLINE(readability-simplify-boolean-expr): a constant and small size needs no test
    if (!(__builtin_constant_p(size_bytes) && size_bytes <= kArenaInlineBytesMax) && next < block)
        [[unlikely]]
      return nullptr;
    if (next > limit_) [[unlikely]]
      return nullptr;
    cursor_.store(next, std::memory_order_relaxed);
    if (block == 0) __builtin_unreachable();  // spares the caller's test
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an arena computes with addresses
    return reinterpret_cast<void*>(block);
  }
  [[nodiscard, gnu::always_inline]] bool may_be_last(const void* block, std::size_t bytes) const {
    const std::uintptr_t cursor = cursor_.load(std::memory_order_relaxed);
    const std::size_t rounded =
        (bytes + (bytes == 0) + kArenaAlignmentMin - 1) & ~(kArenaAlignmentMin - 1);
    return cursor == reinterpret_cast<std::uintptr_t>(block) + rounded || cursor == 0;
  }

  [[nodiscard]] Result<void*> allocate_out_of_line(std::size_t size_bytes, std::size_t alignment);
  [[nodiscard]] Result<void*> allocate_zeroed_out_of_line(std::size_t size_bytes,
                                                          std::size_t alignment);
  [[nodiscard]] void* allocate_by_policy(std::size_t size_bytes, std::size_t alignment);
  [[nodiscard]] Result<void*> allocate_array(std::size_t count, std::size_t each_bytes,
                                             std::size_t alignment, bool is_zeroed);
  void clear(void* block, std::size_t size_bytes) const;
  void register_destructor(void* block, void* object, void (*destroy)(void*) noexcept);
  [[nodiscard]] bool grow_out_of_line(void* block, std::size_t old_bytes, std::size_t new_bytes);
  bool shrink_out_of_line(void* block, std::size_t old_bytes, std::size_t new_bytes);

  // Blocks.
  [[nodiscard]] Result<void*> allocate_checked(std::size_t size_bytes, std::size_t alignment,
                                               bool is_zeroed);
  [[nodiscard]] std::uintptr_t place(const Request& request);
  [[nodiscard]] std::uintptr_t end_of_block(std::uintptr_t block, std::size_t size_bytes) const;
  [[nodiscard]] bool is_last(std::uintptr_t block, std::size_t size_bytes) const;
  void count_block(std::uint64_t padding_bytes);
  [[nodiscard]] bool is_open() const {
    return !is_sealed_ && !is_busy_ && closed_with_ == ArenaCode{};
  }
  [[nodiscard]] Error refusal() const;  // why the arena is not open
  [[nodiscard]] Error make_refusal(ArenaCode code) const;

  // Chunks, and blocks of their own.
  [[nodiscard]] Result<std::uintptr_t> grow(const Request& request);
  [[nodiscard]] Result<std::uintptr_t> grow_by_chunk(const Request& request);
  [[nodiscard]] Result<std::uintptr_t> place_in_first_chunk(const Request& request);
  [[nodiscard]] std::uint64_t chunk_bytes_next() const;
  [[nodiscard]] std::uint64_t budget_room() const;
  void drop_spare_for(std::uint64_t size_bytes);
  [[nodiscard]] Status begin_chunk(std::uint64_t size_bytes);
  void make_current(ArenaChunk* chunk);
  [[nodiscard]] ArenaChunk* leave_current();
  [[nodiscard]] Result<std::uintptr_t> allocate_own_block(const Request& request);
  void drop_own_block();
  void keep_spare(ArenaChunk* chunk);
  std::uint64_t keep_spare_bytes(std::uint64_t bytes_max);
  std::uint64_t give_back_chunk(ArenaChunk* chunk);
  [[nodiscard]] ArenaUpstream& upstream() const;
  [[nodiscard]] ArenaUpstream::Block take_upstream(std::uint64_t size_bytes, bool want_zero);
  void give_back_upstream(void* memory, std::uint64_t size_bytes);
  void count_held(std::uint64_t taken_bytes, std::uint64_t given_bytes);

  // Taking back.
  [[nodiscard]] Status may_take_back(std::uint32_t scopes_open) const;
  void take_back_to(const ArenaMark& mark);
  void take_back_current(std::uintptr_t target);
  void take_back_all(std::uint64_t retained_bytes);
  [[nodiscard]] bool is_plain() const;
  void take_back_plain();
  void run_destructors(const ArenaDestructor* until);
  void forget(std::uintptr_t begin, std::uintptr_t end, std::uintptr_t target);
  [[nodiscard]] ArenaMark stand() const;
  void begin_scope(ArenaMark& mark, std::uintptr_t& floor, std::uint32_t& depth);
  void end_scope(const ArenaMark& mark, std::uintptr_t floor, std::uint32_t depth);
  void begin();
  void end();
  void take_over(BumpArena& other);

  // The window and the figures.
  [[nodiscard]] std::uintptr_t position() const {
    const std::uintptr_t cursor = cursor_.load(std::memory_order_relaxed);
    return cursor != 0 ? cursor : position_;
  }
  void set_position(std::uintptr_t position);
  [[nodiscard]] bool set_busy(bool is_busy);  // what it was
  [[nodiscard]] std::uint64_t used_bytes() const;
  [[nodiscard]] std::uint64_t used_bytes_here() const {  // on the arena's own thread
    return cursor_.load(std::memory_order_relaxed) +
           figures_.used_offset.load(std::memory_order_relaxed);
  }
  void note_high_water();
  void publish();
  void check_chunks() const;
  void check_figures() const;

  // Written by the arena's thread only, and read by any.
  using Figure = std::atomic<std::uint64_t>;
  struct Figures {
    Figure used_offset{0};      // used bytes = cursor_ + used_offset, modulo 2^64
    Figure used_told_bytes{0};  // when last published
    Figure high_water_bytes{0};
    Figure held_bytes{0};
    Figure held_high_water_bytes{0};
    Figure chunk_count{0};
    Figure own_block_count{0};
    Figure reset_count{0};
    Figure overflow_count{0};
    Figure failure_count{0};
    Figure wasted_bytes{0};
    Figure block_count{0};
    Figure padding_bytes{0};

    void take_over(Figures& other);
  };

  // The window: what may be handed out inline. cursor_ <= limit_ <= kArenaInlineEndMax; both are
  // multiples of 8, limit_ of 64. Both are 0 where every request goes out of line: the arena has no
  // chunk, is sealed, closed or busy, counts its blocks, is watched by a detector, or has less than
  // 64 bytes left.
  std::atomic<std::uintptr_t> cursor_{0};
  std::uintptr_t limit_ = 0;

  // From it to the end of the window every byte is known to be zero.
  std::uintptr_t clean_from_ = 0;

  // Where the arena stands while the window is empty.
  std::uintptr_t position_ = 0;
  ArenaChunk* chunk_ = nullptr;  // the current one; null: there is none
  ArenaOwnBlock* own_blocks_ = nullptr;
  ArenaDestructor* destructors_ = nullptr;  // the latest first
  ArenaChunk* spare_ = nullptr;             // no block is in these; the largest first
  std::uint64_t chunk_number_ = 0;          // chunks from the first to the current one
  std::uint64_t used_before_bytes_ = 0;     // in own blocks, and in chunks before the current one
  // Blocks of the current chunk below it were handed out before the latest mark.
  std::uintptr_t floor_ = 0;
  std::uint32_t scopes_open_ = 0;
  bool is_sealed_ = false;
  bool is_busy_ = false;  // destructors or upstream run
  bool is_watched_ = false;
  ArenaCode closed_with_{};             // 0: not closed
  std::uint64_t red_zone_bytes_ = 0;    // in use; a multiple of 8
  std::uint64_t chunk_bytes_last_ = 0;  // of the chunk taken last; 0: holds none of upstream

  std::atomic<std::uint32_t> version_{0};  // odd while cursor_ and used_offset change together
  Figures figures_;

  ArenaChunk buffer_;  // the caller's; without one, begin and end are 0
  MemoryBudget* budget_ = nullptr;
  ArenaBlockList* pool_ = nullptr;
  ArenaSlotUse slot_;
  std::uint64_t identity_ = 0;
  ArenaMarkHistory history_;
  ArenaOptions options_;
  Error last_error_;
};

}  // namespace redzone
