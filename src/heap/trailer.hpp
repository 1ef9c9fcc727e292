#pragma once
// What the interposer keeps in the last 16 bytes of a block that it counts: the requested size,
// whose it is, and the epoch of its scopes. No header, so no alignment changes; no table, so
// nothing to look up. A block without a trailer that fits is foreign: it was allocated while nobody
// counted.
//
// A trailer stays behind when its block is freed or resized while no scope is open. Its epoch is
// then below that of every later scope, which take it for foreign too.

#include <cstddef>
#include <cstdint>

#include "heap/counting.hpp"

namespace redzone::heap {

inline constexpr std::size_t kTrailerBytes = 16;

class Trailer {
 public:
  // `usable_bytes` is what the C library says of the block: the same at each call.
  Trailer(void* block, std::size_t usable_bytes)
      : address_(reinterpret_cast<std::uintptr_t>(block)),
        usable_bytes_(usable_bytes),
        place_(static_cast<char*>(block) + usable_bytes - kTrailerBytes) {}

  [[gnu::always_inline]] void write(const RecordedBlock& block) {
    const std::uint64_t what = block.size_bytes | std::uint64_t{block.owner} << kOwnerShift |
                               std::uint64_t{block.is_followed} << kFollowedShift;
    store(what, block.epoch | tag_of(what, block.epoch));
  }
  // Whether there is a trailer; then `block` is what was written.
  [[nodiscard, gnu::always_inline]] bool read(RecordedBlock& block) const {
    std::uint64_t what = 0;
    std::uint64_t when = 0;
    __builtin_memcpy(&what, place_, sizeof(what));
    __builtin_memcpy(&when, place_ + sizeof(what), sizeof(when));
    const std::uint64_t epoch = when & kEpochMask;
    if ((when & ~kEpochMask) != tag_of(what, epoch)) return false;
    block.size_bytes = what & kSizeMask;
    block.owner = static_cast<std::uint16_t>(what >> kOwnerShift & kOwnerMask);
    block.is_followed = (what >> kFollowedShift) != 0;
    block.epoch = epoch;
    return block.size_bytes + kTrailerBytes <= usable_bytes_;
  }
  void clear() { store(0, 0); }

 private:
  static constexpr unsigned kOwnerShift = 48;
  static constexpr unsigned kFollowedShift = 60;
  static constexpr std::uint64_t kSizeMask = (std::uint64_t{1} << kOwnerShift) - 1;
  static constexpr std::uint64_t kOwnerMask = 0xfff;
  static constexpr std::uint64_t kEpochMask = (std::uint64_t{1} << 40U) - 1;

  // 24 bits above the epoch. They are never all 0 for a cleared trailer.
  [[nodiscard]] std::uint64_t tag_of(std::uint64_t what, std::uint64_t epoch) const {
    // A product's high bits depend on all lower ones; the upper halves are folded down for that.
    const std::uint64_t folded = address_ ^ what ^ what >> 32U ^ epoch ^ epoch << 24U;
    const std::uint64_t mixed = folded * 0x9e3779b97f4a7c15ULL;
    return (mixed | std::uint64_t{1} << 63U) & ~kEpochMask;
  }
  void store(std::uint64_t what, std::uint64_t when) {
    __builtin_memcpy(place_, &what, sizeof(what));
    __builtin_memcpy(place_ + sizeof(what), &when, sizeof(when));
  }

  std::uintptr_t address_;
  std::size_t usable_bytes_;
  char* place_;
};

}  // namespace redzone::heap
