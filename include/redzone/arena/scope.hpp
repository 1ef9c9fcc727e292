#pragma once
// Blocks for the length of a C++ scope: when the object goes, the arena stands where it stood.
//
// Bounds:  kArenaScopesMax scopes open in one arena.
// Threads: as the arena.
// Failure: none. Scopes end in the reverse order in which they began; another order is a
//          programmer's error, as is moving, closing or destroying the arena meanwhile, or leaving
//          a scope while the arena is sealed. reset() is SCOPE_OPEN.
// Cost:    a mark and a rewind: a few loads and stores, and the zeroing of what was used.
//
//   ArenaScope scope(arena);
//   Result<std::span<Row>> rows = arena.make_array_for_overwrite<Row>(count);

#include <cstdint>

#include "redzone/arena/bump_arena.hpp"

namespace redzone {

// Deeper than that is recursion without an end.
inline constexpr std::uint32_t kArenaScopesMax = 4096;

class [[nodiscard]] ArenaScope {
 public:
  [[nodiscard]] explicit ArenaScope(BumpArena& arena);
  ArenaScope(const ArenaScope&) = delete;
  ArenaScope& operator=(const ArenaScope&) = delete;
  ~ArenaScope();

  [[nodiscard]] BumpArena& arena() const { return arena_; }

 private:
  BumpArena& arena_;
  ArenaMark mark_;
  std::uintptr_t floor_ = 0;  // the arena's, before this scope
  std::uint32_t depth_ = 0;   // of this scope, from 1
};

}  // namespace redzone
