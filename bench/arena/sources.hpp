#pragma once
// Where the blocks of a row come from, each behind the same two calls: take() and take_back_all().
// The controls are what the arenas are compared with: the cheapest code that can hand out blocks at
// all. They check nothing that a hostile size or alignment could break.
//
// All of them have memory of the same kind, in the program's own data. A source lies in memory that
// the compiler has lost sight of (escape), and so does its cursor: a row measures an arena that is
// used, not one that is optimised away.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory_resource>
#include <span>

#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/arena/resource.hpp"

namespace redzone::bench {

// Blocks between two resets.
inline constexpr std::size_t kBatchBlocks = 1024;
// What a batch of the largest blocks needs, and what the containers need: 4 MiB.
inline constexpr std::size_t kSourceBytes = std::size_t{4} << 20U;
// The most that is zeroed at once.
inline constexpr std::size_t kBufferBytes = (std::size_t{64} << 20U) + 4096;

// Memory of the program's own: number 0 has kBufferBytes, 1 and 2 have kSourceBytes.
std::span<std::byte> buffer(std::size_t index);

// What is behind the pointer may be read and written by code that the compiler does not see; unlike
// benchmark::DoNotOptimize(), it does not make g++ put the pointer itself into memory.
template <class T>
[[gnu::always_inline]] inline void escape(T* pointer) {
  asm volatile("" : : "r"(pointer) : "memory");
}

// The cost of the loop alone.
struct Nothing {
  explicit Nothing(std::span<std::byte>) {}

  [[gnu::always_inline]] void* take(std::size_t, std::size_t) { return this; }
  void take_back_all() {}
};

// Where a control ends up when it is full, as an arena does: out of line. Here it is the end.
[[gnu::cold, gnu::noinline]] void* be_full();

// The control: add and compare. Cursor and limit stand where ours do: what a load after a store of
// the cursor costs depends on such things, on processors that remember where a value went.
struct alignas(64) RawBump {
  explicit RawBump(std::span<std::byte> memory)
      : cursor(memory.data()), limit(cursor + memory.size()), begin(cursor) {}

  [[gnu::always_inline]] void* take(std::size_t size_bytes, std::size_t) {
    std::byte* block = cursor;
    std::byte* next = block + size_bytes;
    if (next > limit) [[unlikely]]
      return be_full();
    cursor = next;
    return block;
  }
  void take_back_all() { cursor = begin; }

  std::byte* cursor;
  std::byte* limit;
  std::byte* begin;
};

// The control of rows with zeroing.
struct RawBumpMemset : RawBump {
  using RawBump::RawBump;
  void take_back_all() {
    std::memset(begin, 0, static_cast<std::size_t>(cursor - begin));
    cursor = begin;
  }
};

// The control of rows whose alignment is known at run time: align, add and compare.
struct alignas(64) RawAlign {
  explicit RawAlign(std::span<std::byte> memory)
      : cursor(reinterpret_cast<std::uintptr_t>(memory.data())),
        limit(cursor + memory.size()),
        begin(cursor) {}

  [[gnu::always_inline]] void* take(std::size_t size_bytes, std::size_t alignment) {
    const std::uintptr_t block = (cursor + alignment - 1) & ~(alignment - 1);
    const std::uintptr_t next = block + size_bytes;
    if (next > limit) [[unlikely]]
      return be_full();
    cursor = next;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an arena computes with addresses
    return reinterpret_cast<void*>(block);
  }
  void take_back_all() { cursor = begin; }

  std::uintptr_t cursor;
  std::uintptr_t limit;
  std::uintptr_t begin;
};

// Ours, by the call that ends in a null pointer.
template <ArenaZero Zero, bool CountsBlocks = false>
struct OurFixedArena {
  explicit OurFixedArena(std::span<std::byte> memory)
      : arena(memory, {.zero = Zero, .counts_blocks = CountsBlocks}) {}

  [[gnu::always_inline]] void* take(std::size_t size_bytes, std::size_t alignment) {
    return arena.allocate(size_bytes, alignment);
  }
  void take_back_all() {
    if (!arena.reset()) std::abort();
  }

  FixedArena arena;
};

// Ours, by the call that ends in an error.
struct OurTryAllocate : OurFixedArena<ArenaZero::never> {
  using OurFixedArena::OurFixedArena;

  [[gnu::always_inline]] void* take(std::size_t size_bytes, std::size_t alignment) {
    const Result<void*> block = arena.try_allocate(size_bytes, alignment);
    if (!block) return nullptr;
    return *block;
  }
};

// Ours, with its default options but for zeroing: it begins with 4 KiB and keeps what it has grown.
template <ArenaZero Zero>
struct OurArena {
  explicit OurArena(std::span<std::byte>)
      : budget({.max_single = kSourceBytes, .max_total = 16 * kSourceBytes}),
        arena(budget, {.zero = Zero}) {}

  [[gnu::always_inline]] void* take(std::size_t size_bytes, std::size_t alignment) {
    return arena.allocate(size_bytes, alignment);
  }
  void take_back_all() {
    if (!arena.reset()) std::abort();
  }

  MemoryBudget budget;
  Arena arena;
};

// libstdc++'s, called directly.
struct StdMonotonic {
  struct Open : std::pmr::monotonic_buffer_resource {
    using std::pmr::monotonic_buffer_resource::monotonic_buffer_resource;
    [[gnu::always_inline]] void* take(std::size_t size_bytes, std::size_t alignment) {
      return std::pmr::monotonic_buffer_resource::do_allocate(size_bytes, alignment);
    }
  };

  explicit StdMonotonic(std::span<std::byte> memory) : resource(memory.data(), memory.size()) {}

  [[gnu::always_inline]] void* take(std::size_t size_bytes, std::size_t alignment) {
    return resource.take(size_bytes, alignment);
  }
  void take_back_all() { resource.release(); }

  Open resource;
};

// libstdc++'s and ours, by the virtual call that containers make.
struct StdByResource : StdMonotonic {
  using StdMonotonic::StdMonotonic;

  [[gnu::always_inline]] void* take(std::size_t size_bytes, std::size_t alignment) const {
    return interface->allocate(size_bytes, alignment);
  }

  std::pmr::memory_resource* interface = &resource;
};

struct OurByResource : OurFixedArena<ArenaZero::never> {
  using OurFixedArena::OurFixedArena;

  [[gnu::always_inline]] void* take(std::size_t size_bytes, std::size_t alignment) const {
    return interface->allocate(size_bytes, alignment);
  }

  ArenaResource resource{arena};
  std::pmr::memory_resource* interface = &resource;
};

// The general allocator: whichever this process has, of libc or of LD_PRELOAD. Each block is given
// back by itself.
struct General {
  explicit General(std::span<std::byte>) {}

  [[gnu::always_inline]] void* take(std::size_t size_bytes, std::size_t alignment) {
    void* block =
        alignment <= alignof(std::max_align_t)
            ? std::malloc(size_bytes)
            : std::aligned_alloc(alignment, (size_bytes + alignment - 1) / alignment * alignment);
    blocks[count++] = block;
    return block;
  }
  void take_back_all() {
    while (count > 0) std::free(blocks[--count]);
  }

  std::size_t count = 0;
  void* blocks[kBatchBlocks];
};

}  // namespace redzone::bench
