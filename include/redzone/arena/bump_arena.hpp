#pragma once
// What every arena can do: hand out blocks by moving a cursor, and take them all back at once. This
// is the common base of FixedArena and Arena; take one of these, and pass a BumpArena& around.
//
// Bounds:  a block has 1 to kArenaBlockBytesMax bytes (a request of 0 gives a block of 1), and any
//          power of two as alignment. No address or size is computed that could wrap: a request is
//          compared with what remains.
// Threads: an arena belongs to one thread at a time; stats() may be called from others.
// Failure: EXHAUSTED, UPSTREAM_FAILED, the budget's refusals, ALIGNMENT_NOT_POWER_OF_TWO,
//          SIZE_TOO_LARGE, SEALED, CLOSED, BUSY, SCOPE_OPEN, MARK_STALE. A failed call changes
//          nothing but the figures.
// Cost:    a block of constant alignment up to 8: seven instructions, a third of a nanosecond. With
//          an alignment up to 64: two more. Everything else is out of line.
//
//   FixedArena arena(buffer);
//   Result<Header*> header = arena.make<Header>(version);
//   Result<std::span<Entry>> entries = arena.make_array<Entry>(count);
//   if (!entries) return fail(entries.error());
//   if (Status done = arena.reset(); !done) return done;  // header and entries are gone
//
// A signal handler may not allocate from an arena of the code that it interrupts.

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

#include "redzone/arena/errors.hpp"
#include "redzone/arena/options.hpp"
#include "redzone/arena/stats.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/base/result.hpp"

namespace redzone {

struct ArenaChunk;
struct ArenaOwnBlock;
struct ArenaDestructor;
struct ArenaBlockList;

// Where an arena stood: blocks that it handed out afterwards go with rewind(). A mark is a value;
// it ends with reset(), and with a rewind() to an earlier mark.
class ArenaMark {
 public:
  ArenaMark() = default;

 private:
  friend class BumpArena;
  std::uintptr_t position_ = 0;
  ArenaChunk* chunk_ = nullptr;
  ArenaOwnBlock* own_block_ = nullptr;
  ArenaDestructor* destructor_ = nullptr;
  std::uint64_t epoch_ = 0;
};

class alignas(64) BumpArena {
 public:
  BumpArena(const BumpArena&) = delete;
  BumpArena& operator=(const BumpArena&) = delete;

  // A block of `size_bytes` with `alignment`, not initialised, or why not. Never aborts.
  [[nodiscard]] Result<void*> try_allocate(std::size_t size_bytes, std::size_t alignment) {
    void* block = bump(size_bytes, alignment);
    if (block != nullptr) [[likely]]
      return block;
    return allocate_out_of_line(size_bytes, alignment);
  }

  // The same, where the policy decides: null, or the end of the process under ArenaOverflow::panic.
  [[nodiscard]] void* allocate(std::size_t size_bytes, std::size_t alignment) {
    void* block = bump(size_bytes, alignment);
    if (block != nullptr) [[likely]]
      return block;
    return allocate_by_policy(size_bytes, alignment);
  }

  // A block of zeros. Costs no more than try_allocate() where the memory is known to be zero: fresh
  // from an upstream that says so, or zeroed when it was last given back.
  [[nodiscard]] Result<void*> allocate_zeroed(std::size_t size_bytes, std::size_t alignment);

  // An object in the arena. Its destructor would not run, so T may not have one that does anything.
  // What the constructor throws goes through; its block is then lost until reset.
  template <class T, class... Arguments>
  [[nodiscard]] Result<T*> make(Arguments&&... arguments) {
    static_assert(std::is_trivially_destructible_v<T>,
                  "the arena runs no destructor for make(): use make_with_destructor()");
    const Result<void*> block = try_allocate(sizeof(T), alignof(T));
    if (!block) return fail(block.error());
    return ::new (*block) T(std::forward<Arguments>(arguments)...);
  }

  // An object whose destructor runs when its block goes: at reset, rewind, the end of a scope or of
  // the arena, the latest first. Takes three words more. Within the destructor the arena is BUSY.
  template <class T, class... Arguments>
  [[nodiscard]] Result<T*> make_with_destructor(Arguments&&... arguments) {
    const Result<ArenaDestructor*> destructor = reserve_destructor();
    if (!destructor) return fail(destructor.error());
    const Result<void*> block = try_allocate(sizeof(T), alignof(T));
    if (!block) return fail(block.error());
    T* object = ::new (*block) T(std::forward<Arguments>(arguments)...);
    register_destructor(*destructor, object, [](void* which) noexcept {
      static_cast<T*>(which)->~T();
    });
    return object;
  }

  // `count` value-initialised objects; COUNT_TOO_LARGE where their size has no number. An array of
  // 0 has a block of its own too.
  template <class T>
  [[nodiscard]] Result<std::span<T>> make_array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructor for arrays");
    const Result<void*> block = allocate_array(count, sizeof(T), alignof(T), true);
    if (!block) return fail(block.error());
    if constexpr (!std::is_trivially_default_constructible_v<T>) {
      std::uninitialized_value_construct_n(static_cast<T*>(*block), count);
    }
    return std::span<T>(static_cast<T*>(*block), count);
  }

  // The same, not initialised, for whoever writes every element before it is read.
  template <class T>
    requires std::is_trivially_default_constructible_v<T>
  [[nodiscard]] Result<std::span<T>> make_array_for_overwrite(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>, "the arena runs no destructor for arrays");
    const Result<void*> block = allocate_array(count, sizeof(T), alignof(T), false);
    if (!block) return fail(block.error());
    return std::span<T>(static_cast<T*>(*block), count);
  }

  // Resizes the block that was handed out last, where it stands. False when it is not the last, or
  // there is no room, or it has a block of its own; nothing has changed then. What is dropped is
  // zeroed by policy; what is added is not initialised.
  [[nodiscard]] bool grow_last(void* block, std::size_t old_bytes, std::size_t new_bytes);
  bool shrink_last(void* block, std::size_t old_bytes, std::size_t new_bytes);

  [[nodiscard]] ArenaMark mark() const;
  // Takes back every block since `mark`. MARK_STALE, SCOPE_OPEN (a scope began after the mark),
  // SEALED, BUSY, CLOSED.
  Status rewind(const ArenaMark& mark);

  // Takes back every block. Chunks stay for the next round, up to retained_bytes_max.
  Status reset();
  // Takes back every block, and gives every chunk back to upstream.
  Status release();
  // Gives chunks that no block is in back to upstream until at most `retained_bytes` of these are
  // left. How many bytes went.
  std::uint64_t trim(std::uint64_t retained_bytes);

  // No block until unseal(): what is in the arena stays as it is. A second seal() changes nothing.
  void seal();
  void unseal();
  // release(), and no block ever after. With a scope open, or from within a destructor that the
  // arena runs, a programmer's error.
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
  // The other arena is then as after release(), with the same budget and options, and without the
  // buffer. An arena with an open scope stays where it is: moving it is a programmer's error.
  BumpArena(BumpArena&& other) noexcept;
  BumpArena& operator=(BumpArena&& other) noexcept;
  ~BumpArena();

 private:
  friend class ArenaScope;

  // Null: out of line. `size_bytes - 1` is larger than any room for 0, and what is left after the
  // aligned cursor is a multiple of 8, so that rounding up what fits cannot pass the limit.
  [[nodiscard, gnu::always_inline]] void* bump(std::size_t size_bytes, std::size_t alignment) {
    const std::uintptr_t cursor = cursor_.load(std::memory_order_relaxed);
    const std::uintptr_t block =
        alignment <= kArenaAlignmentMin ? cursor : (cursor + alignment - 1) & ~(alignment - 1);
    if (!is_inline(alignment) || size_bytes - 1 >= limit_ - block) [[unlikely]]
      return nullptr;
    cursor_.store(block + ((size_bytes + kArenaAlignmentMin - 1) & ~(kArenaAlignmentMin - 1)),
                  std::memory_order_relaxed);
    return reinterpret_cast<void*>(block);
  }
  [[nodiscard, gnu::always_inline]] static constexpr bool is_inline(std::size_t alignment) {
    return alignment - 1 < kArenaInlineAlignmentMax && (alignment & (alignment - 1)) == 0;
  }

  [[nodiscard]] Result<void*> allocate_out_of_line(std::size_t size_bytes, std::size_t alignment);
  [[nodiscard]] void* allocate_by_policy(std::size_t size_bytes, std::size_t alignment);
  [[nodiscard]] Result<void*> allocate_array(std::size_t count, std::size_t each_bytes,
                                             std::size_t alignment, bool zeroed);
  [[nodiscard]] Result<ArenaDestructor*> reserve_destructor();
  void register_destructor(ArenaDestructor* destructor, void* object,
                           void (*destroy)(void*) noexcept);

  // The window: what may be handed out inline. cursor_ <= limit_; both are multiples of 8, limit_ of
  // 64, so that an aligned cursor never passes it. cursor_ == limit_ leads every request out of
  // line: the arena has no chunk, is sealed, closed or busy, counts its blocks, is watched by a
  // detector, or is about to be full.
  std::atomic<std::uintptr_t> cursor_{0};
  std::uintptr_t limit_ = 0;

  // CORE completes the rest.
  ArenaOptions options_;
  Error last_error_;
};

}  // namespace redzone
