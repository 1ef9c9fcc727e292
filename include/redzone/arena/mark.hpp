#pragma once
// Where an arena stood, as a value, and what an arena remembers to tell a mark that still holds
// from one that is stale.
//
// Bounds:  kArenaBranchesMax. Threads: as the arena. Failure: MARK_STALE, from rewind().
// Cost:    mark() is a few loads and stores; a rewind() looks at most at kArenaBranchesMax pairs.
//
//   const ArenaMark mark = arena.mark();
//   if (!parse(arena)) return arena.rewind(mark);
//
// A mark ends with reset(), with a rewind() to an earlier mark, and with the end of the scope in
// which it was taken.

#include <cstddef>
#include <cstdint>

namespace redzone {

struct ArenaDestructor;
struct ArenaOwnBlock;

class ArenaMark {
 public:
  ArenaMark() = default;  // of no arena: MARK_STALE

 private:
  friend class BumpArena;
  std::uint64_t arena_ = 0;         // the arena's identity, which moves with it; 0 is nobody's
  std::uint64_t serial_ = 0;        // of the marks of this arena
  std::uint64_t chunk_number_ = 0;  // of the current chunk, from 1; 0: there was none
  std::uint64_t chunk_bytes_ = 0;   // handed out of it
  ArenaOwnBlock* own_block_ = nullptr;
  ArenaDestructor* destructor_ = nullptr;
  std::uint32_t scopes_open_ = 0;
};

// Rewinds that went behind marks which were taken later, and are followed by marks that hold: each
// needs two numbers to tell the ones from the others. Code that is nested deeper finds the marks of
// the levels between stale, never a stale one good. 16 pairs are 256 bytes of the arena.
inline constexpr std::size_t kArenaBranchesMax = 16;

// The serials of the marks that hold: from `open_from_` on, and those of each branch.
class ArenaMarkHistory {
 public:
  [[nodiscard]] std::uint64_t next_serial() const { return next_; }
  void begin_mark() { ++next_; }
  // Whether a mark may hold.
  [[nodiscard]] bool has_mark() const { return open_from_ != next_ || branch_count_ != 0; }
  [[nodiscard]] bool holds(std::uint64_t serial) const;
  // The marks from `serial` on have ended.
  void end_from(std::uint64_t serial) {
    if (serial < next_) [[unlikely]]
      end_some_from(serial);
  }
  void check_invariants() const;

 private:
  void end_some_from(std::uint64_t serial);

  struct Branch {
    std::uint64_t first = 0;
    std::uint64_t last = 0;  // inclusive
  };

  std::uint64_t next_ = 1;
  std::uint64_t open_from_ = 1;              // <= next_, above every branch
  std::size_t branch_count_ = 0;             // <= kArenaBranchesMax
  Branch branches_[kArenaBranchesMax] = {};  // rising, apart from each other
};

}  // namespace redzone
