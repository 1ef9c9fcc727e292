#pragma once
// What the interposer keeps in the last bytes of a block that it counts: the requested size, whose
// it is, and the epoch of its scopes. No header, so no alignment changes; no table, so
// nothing to look up. A block without a trailer that fits is foreign: it was allocated while nobody
// counted.
//
// A trailer stays behind when its block is freed or resized while no scope is open. Its epoch is
// then below that of every later scope, which take it for foreign too.
//
// A trailer has 16 bytes, but for blocks of kTightUsableBytes. These are the largest that glibc
// keeps in a thread's cache, and a program that asks for 1024 bytes gets one: with 16 bytes more it
// would leave the cache, and the pair of malloc and free would cost 40 ns more. They have a trailer
// of 8 bytes, with the low bits of the epoch; the tag is that of the whole epoch, so that a block
// older than kTightEpochs is taken for foreign.

#include <cstddef>
#include <cstdint>

#include "heap/counting.hpp"

namespace redzone::heap {

inline constexpr std::size_t kTrailerBytes = 16;
inline constexpr std::size_t kTightTrailerBytes = 8;
inline constexpr std::size_t kTightUsableBytes = 1032;
inline constexpr std::uint64_t kTightEpochs = std::uint64_t{1} << 22U;

// How much more to ask for than the program does. What glibc then gives to the largest of the first
// kind has kTightUsableBytes, or at least 16 more, where the long trailer fits too.
inline std::size_t trailer_bytes_for(std::size_t size_bytes) {
  constexpr std::size_t kLast = kTightUsableBytes - kTightTrailerBytes;
  constexpr std::size_t kFirst = kTightUsableBytes - kTrailerBytes + 1;
  const bool is_tight = size_bytes - kFirst <= kLast - kFirst;
  return __builtin_expect(is_tight, 0) ? kTightTrailerBytes : kTrailerBytes;
}
constexpr std::size_t trailer_bytes_of(std::size_t usable_bytes) {
  return usable_bytes == kTightUsableBytes ? kTightTrailerBytes : kTrailerBytes;
}

class Trailer {
 public:
  // `usable_bytes` is what the C library says of the block: the same at each call.
  Trailer(void* block, std::size_t usable_bytes)
      : address_(reinterpret_cast<std::uintptr_t>(block)),
        usable_bytes_(usable_bytes),
        end_(static_cast<char*>(block) + usable_bytes) {}

  [[gnu::always_inline]] void write(const RecordedBlock& block) {
    if (is_tight()) [[unlikely]] {
      write_tight(block);
      return;
    }
    const std::uint64_t what = block.size_bytes | std::uint64_t{block.owner} << kOwnerShift |
                               std::uint64_t{block.is_followed} << kFollowedShift;
    store(what, block.epoch | tag_of(what, block.epoch));
  }
  // Whether there is a trailer; then `block` is what was written.
  [[nodiscard, gnu::always_inline]] bool read(RecordedBlock& block) const {
    if (is_tight()) [[unlikely]]
      return read_tight(block);
    std::uint64_t what = 0;
    std::uint64_t when = 0;
    __builtin_memcpy(&what, end_ - kTrailerBytes, sizeof(what));
    __builtin_memcpy(&when, end_ - sizeof(when), sizeof(when));
    const std::uint64_t epoch = when & kEpochMask;
    if ((when & ~kEpochMask) != tag_of(what, epoch)) [[unlikely]]
      return false;
    block.size_bytes = what & kSizeMask;
    block.owner = static_cast<std::uint16_t>(what >> kOwnerShift & kOwnerMask);
    block.is_followed = (what >> kFollowedShift) != 0;
    block.epoch = epoch;
    return block.size_bytes + kTrailerBytes <= usable_bytes_;
  }
  [[gnu::always_inline]] void clear() {
    if (is_tight()) [[unlikely]] {
      __builtin_memset(end_ - kTightTrailerBytes, 0, kTightTrailerBytes);
    } else {
      store(0, 0);
    }
  }

 private:
  static constexpr unsigned kOwnerShift = 48;
  static constexpr unsigned kFollowedShift = 60;
  static constexpr std::uint64_t kSizeMask = (std::uint64_t{1} << kOwnerShift) - 1;
  static constexpr std::uint64_t kOwnerMask = 0xfff;
  static constexpr std::uint64_t kEpochMask = (std::uint64_t{1} << 40U) - 1;

  [[nodiscard]] bool is_tight() const {
    return __builtin_expect(usable_bytes_ == kTightUsableBytes, 0) != 0;
  }

  // From the lowest bit: 10 for what is left over of 1024 bytes, 11 for the owner, one for
  // followed, 22 for the epoch, 20 for the tag, whose highest is set.
  static constexpr unsigned kTightOwnerShift = 10;
  static constexpr unsigned kTightFollowedShift = 21;
  static constexpr unsigned kTightEpochShift = 22;
  static constexpr unsigned kTightTagShift = 44;
  static constexpr std::uint64_t kTightSizeMax = kTightUsableBytes - kTightTrailerBytes;
  static_assert(kTightSizeMax == std::uint64_t{1} << kTightOwnerShift);
  static_assert(kSlots <= 1U << (kTightFollowedShift - kTightOwnerShift));
  static_assert(kTightEpochs == std::uint64_t{1} << (kTightTagShift - kTightEpochShift));

  static std::uint64_t tight_tag_of(std::uintptr_t address, std::uint64_t what,
                                    std::uint64_t epoch) {
    const std::uint64_t mixed = (address ^ what ^ epoch << 24U) * 0x9e3779b97f4a7c15ULL;
    return (mixed | std::uint64_t{1} << 63U) >> kTightTagShift << kTightTagShift;
  }
  [[gnu::always_inline]] static std::uint64_t tight_word_of(std::uintptr_t address,
                                                            std::uint64_t what,
                                                            std::uint64_t epoch) {
    return what | epoch % kTightEpochs << kTightEpochShift | tight_tag_of(address, what, epoch);
  }
  // kNoEpoch when the word is no trailer.
  [[gnu::always_inline]] static std::uint64_t tight_epoch_of(std::uintptr_t address,
                                                             std::uint64_t word) {
    const std::uint64_t now = current_epoch.load(std::memory_order_relaxed);
    const std::uint64_t age = (now - (word >> kTightEpochShift)) % kTightEpochs;
    const std::uint64_t epoch = now - age;  // the latest with these bits
    const std::uint64_t what = word & ((std::uint64_t{1} << kTightEpochShift) - 1);
    const std::uint64_t tag = word >> kTightTagShift << kTightTagShift;
    return tag == tight_tag_of(address, what, epoch) ? epoch : kNoEpoch;
  }

  [[gnu::always_inline]] void write_tight(const RecordedBlock& block) {
    const std::uint64_t what = (kTightSizeMax - block.size_bytes) % kTightSizeMax |
                               std::uint64_t{block.owner} << kTightOwnerShift |
                               std::uint64_t{block.is_followed} << kTightFollowedShift;
    const std::uint64_t word = tight_word_of(address_, what, block.epoch);
    // A size of 0 has no number, and glibc gives such a block 24 bytes.
    if (block.size_bytes != 0) __builtin_memcpy(end_ - sizeof(word), &word, sizeof(word));
  }
  [[nodiscard, gnu::always_inline]] bool read_tight(RecordedBlock& block) const {
    std::uint64_t word = 0;
    __builtin_memcpy(&word, end_ - sizeof(word), sizeof(word));
    const std::uint64_t epoch = tight_epoch_of(address_, word);
    block.epoch = epoch;
    block.size_bytes = kTightSizeMax - word % kTightSizeMax;
    block.owner = static_cast<std::uint16_t>(
        word >> kTightOwnerShift & ((1U << (kTightFollowedShift - kTightOwnerShift)) - 1));
    block.is_followed = (word >> kTightFollowedShift & 1U) != 0;
    return epoch != kNoEpoch;
  }

  // 24 bits above the epoch. They are never all 0 for a cleared trailer.
  [[nodiscard]] std::uint64_t tag_of(std::uint64_t what, std::uint64_t epoch) const {
    // A product's high bits depend on all lower ones; the upper halves are folded down for that.
    const std::uint64_t folded = address_ ^ what ^ what >> 32U ^ epoch ^ epoch << 24U;
    const std::uint64_t mixed = folded * 0x9e3779b97f4a7c15ULL;
    return (mixed | std::uint64_t{1} << 63U) & ~kEpochMask;
  }
  void store(std::uint64_t what, std::uint64_t when) {
    __builtin_memcpy(end_ - kTrailerBytes, &what, sizeof(what));
    __builtin_memcpy(end_ - sizeof(when), &when, sizeof(when));
  }

  std::uintptr_t address_;
  std::size_t usable_bytes_;
  char* end_;
};

}  // namespace redzone::heap
