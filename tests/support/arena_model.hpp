#pragma once
// An arena beside a model of it: intervals of memory that upstream or the caller gave, and blocks
// in them. Each operation is done on both, and what the arena says and does is held against what
// the model allows. Where the model knows the position of the next block, nothing else is allowed.
//
// What is decided by the arena alone, such as the size of a chunk, the model takes from the calls
// that upstream gets. It holds that the arena had to call, and had to fail.

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "redzone/arena/arena.hpp"
#include "redzone/arena/fixed_arena.hpp"
#include "redzone/arena/scope.hpp"
#include "tests/support/arena_upstream.hpp"

namespace redzone::tests {

// What an arena is made of.
struct ArenaShape {
  bool is_fixed = false;
  std::size_t buffer_bytes = 0;   // 0: none
  std::size_t buffer_offset = 0;  // of its first byte from an address of alignment 64
  ArenaOptions options;
  MemoryBudget* budget = nullptr;
  std::shared_ptr<RecordingUpstream> upstream;
};

// Ways to ask for a block.
enum class ArenaCall : std::uint8_t {
  try_allocate,
  allocate,
  zeroed,
  resource,
  make,
  array,
  object
};

class ArenaModel {
 public:
  ArenaModel(Mismatch& mismatch, const ArenaShape& shape);
  ArenaModel(const ArenaModel&) = delete;
  ArenaModel& operator=(const ArenaModel&) = delete;
  ~ArenaModel();

  void request(ArenaCall how, std::size_t size_bytes, std::size_t alignment);
  // The block that was handed out `back` blocks ago.
  void resize(std::size_t back, std::size_t new_bytes);
  void take_mark();
  void rewind(std::size_t which);
  void open_scope();
  void close_scope();
  void reset();
  void release();
  void trim(std::uint64_t retained_bytes);
  void seal(bool sealed);
  void close();
  void fail_upstream(std::uint64_t calls) {
    if (!shape_.is_fixed) shape_.upstream->fail_next(calls);
  }
  // This arena ends, and another of the shape begins.
  void renew(const ArenaShape& shape);
  // Takes over what `other` has, by assignment or by construction.
  void take_over(ArenaModel& other, bool by_assignment);

  void check_owns(std::uint64_t random);
  void check_stats();
  // Every block has what was written to it; the arena's invariants hold.
  void check_blocks();
  void check_invariants() const { arena_->check_invariants(); }

  [[nodiscard]] const ArenaShape& shape() const { return shape_; }
  // Bytes that are left where the next block would be; 0 where that is not known.
  [[nodiscard]] std::size_t room() const;
  [[nodiscard]] std::size_t block_count() const { return blocks_.size(); }
  [[nodiscard]] std::size_t last_block_bytes() const {
    return blocks_.empty() ? 0 : blocks_.back().size_bytes;
  }
  [[nodiscard]] std::uint64_t held_bytes() const;
  [[nodiscard]] bool has_scope() const { return !scopes_.empty(); }
  [[nodiscard]] bool is_closed() const { return closed_; }

 private:
  struct Block {
    std::uint64_t id = 0;
    std::uintptr_t address = 0;
    std::size_t size_bytes = 0;
    bool is_object = false;
  };
  // Of upstream or of the caller. Blocks fill it from `begin`, the next one is at `position`.
  struct Memory {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    std::uintptr_t position = 0;
    bool is_own = false;  // it holds one block
    bool is_buffer = false;
    bool is_passed = false;      // blocks come from a later one
    bool may_be_passed = false;  // the arena knows whether, the model does not
  };
  struct Mark {
    ArenaMark mark;
    std::uint64_t next_id = 0;  // blocks from this one on go
    std::uint64_t serial = 0;
    std::map<std::uintptr_t, Memory> memories;
    std::uintptr_t current = 0;
    std::size_t live_count = 0;  // of blocks
    bool may_be_stale = false;
    bool is_stale = false;
  };
  struct Scope {
    std::unique_ptr<ArenaScope> scope;
    Mark mark;
  };
  // An object in the arena, which tells the model that it was destroyed.
  struct Object;
  // Figures before an operation.
  struct Before {
    std::uint64_t refused_by_upstream = 0;
    std::uint64_t refused_by_budget = 0;
    std::uint64_t room_of_budget = 0;
    std::uint64_t upstream_calls = 0;
  };
  // What ArenaStats has to be.
  struct Figures {
    std::uint64_t reset_count = 0;
    std::uint64_t failure_count = 0;
    std::uint64_t overflow_count = 0;
    std::uint64_t high_water_bytes = 0;
    std::uint64_t block_count = 0;
    std::uint64_t padding_bytes = 0;
    bool overflow_is_known = true;
  };
  enum class Outlook : std::uint8_t { here, nowhere, elsewhere, unsure };

  void begin_arena();
  void end_arena();
  void check_buffer();
  void adopt_objects();
  [[nodiscard]] Before before() const;
  [[nodiscard]] Mark mark_now();
  [[nodiscard]] const Memory* current() const;
  void learn_memories();

  [[nodiscard]] bool is_refused(std::size_t size_bytes, std::size_t alignment) const;
  [[nodiscard]] bool is_one_chunk() const;
  [[nodiscard]] Outlook outlook(std::size_t size_bytes, std::size_t alignment) const;
  [[nodiscard]] bool fits_surely(const Memory& memory, std::size_t size_bytes,
                                 std::size_t alignment) const;
  Result<void*> call(ArenaCall how, std::size_t size_bytes, std::size_t alignment);
  Result<void*> make_object();
  void judge_block(ArenaCall how, std::uintptr_t address, std::size_t size_bytes,
                   std::size_t alignment, Outlook expected);
  void judge_refusal(const Error& error, std::size_t size_bytes, std::size_t alignment);
  void judge_failure(const Error& error, std::size_t size_bytes, std::size_t alignment,
                     Outlook expected, const Before& figures);
  void place_block(std::uintptr_t address, std::size_t size_bytes);
  void destroyed(std::uint64_t id);

  // Expects that the operation took back the blocks from `first_id` on, ran their destructors, and
  // left nothing of them.
  void took_back(std::uint64_t first_id);
  void check_dropped(std::uintptr_t begin, std::size_t size_bytes);
  // Whether it is fine; else it has to be a code that `reasons` gives.
  bool judge(const Status& status, bool may_succeed, std::span<const ArenaCode> reasons);
  void end_marks(const Mark& back_to);
  void end_all_marks();
  void restore(const Mark& mark);
  void start_anew();
  [[nodiscard]] std::vector<ArenaCode> reasons_against(bool with_scopes) const;
  [[nodiscard]] std::uint64_t held_from_upstream() const;
  [[nodiscard]] std::uint64_t used_bytes() const;
  void note_used();
  void judge_resized(std::size_t index, std::size_t new_bytes);

  Mismatch& mismatch_;
  ArenaShape shape_;
  std::shared_ptr<std::byte[]> buffer_memory_;
  std::span<std::byte> buffer_;
  std::unique_ptr<FixedArena> fixed_;
  std::unique_ptr<Arena> growing_;
  BumpArena* arena_ = nullptr;

  std::vector<Block> blocks_;                  // live, in the order in which they were handed out
  std::map<std::uintptr_t, Memory> memories_;  // by the address that upstream or the caller gave
  std::uintptr_t current_ = 0;  // key of the memory that blocks come from; 0: unknown
  bool position_known_ = true;
  bool sealed_ = false;
  bool closed_ = false;
  std::uint64_t next_id_ = 1;
  std::uint64_t next_serial_ = 1;
  std::uint64_t marked_id_ = 0;  // when the latest mark was taken, even one that is forgotten here
  std::vector<Mark> marks_;
  std::vector<Scope> scopes_;
  std::vector<std::uint64_t> destroyed_;
  Figures figures_;
};

}  // namespace redzone::tests
