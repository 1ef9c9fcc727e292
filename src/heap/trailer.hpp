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
// of 8 bytes.
//
// The seal is the epoch itself, so that one comparison finds both a block of another scope and what
// is no trailer: it is what comes out of the other bits and the address when they are multiplied,
// and whatever else stands there gives a number far from all epochs.

#include <cstddef>
#include <cstdint>

#include "heap/counting.hpp"

namespace redzone::heap {

inline constexpr std::size_t kTrailerBytes = 16;
inline constexpr std::size_t kTightTrailerBytes = 8;
inline constexpr std::size_t kTightUsableBytes = 1032;

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

// A word from its lowest bit. Of the long one: 48 bits for the size, 11 for the owner, one for
// followed; the next word is the seal. Of the tight one: 10 for what is left over of 1024 bytes, 11
// for the owner, one for followed, 42 for the seal.
struct TrailerWords {
  static constexpr unsigned kOwnerShift = 48;
  static constexpr unsigned kTightOwnerShift = 10;
  static constexpr std::uint64_t kFollowed = 1U << 11U;  // above the bits of the owner
  static constexpr std::uint64_t kSizeMask = (std::uint64_t{1} << kOwnerShift) - 1;
  static constexpr std::uint64_t kEpochMax = (std::uint64_t{1} << 40U) - 1;
  static constexpr unsigned kTightSealShift = 22;
  static constexpr std::uint64_t kTightWhatMask = (std::uint64_t{1} << kTightSealShift) - 1;
  static constexpr std::uint64_t kTightSizeMax = kTightUsableBytes - kTightTrailerBytes;
  static_assert(kTightSizeMax == std::uint64_t{1} << kTightOwnerShift);
  static_assert(kSlots <= kFollowed);
  static_assert(kFollowed << kTightOwnerShift << 1U == std::uint64_t{1} << kTightSealShift);

  // A product's high bits depend on all lower ones. kUnmix undoes kMix.
  static constexpr std::uint64_t kMix = 0x9e3779b97f4a7c15ULL;
  static constexpr std::uint64_t kUnmix = 0xf1de83e19937733dULL;
  static_assert(kMix * kUnmix == 1);

  static std::uint64_t seal(std::uintptr_t address, std::uint64_t what, std::uint64_t epoch) {
    return (epoch * kUnmix - what) ^ address;
  }
  static std::uint64_t epoch_of(std::uintptr_t address, std::uint64_t what, std::uint64_t sealed) {
    return ((sealed ^ address) + what) * kMix;
  }
  // The seal for which the product's high bits are the epoch, whatever its low bits become.
  static std::uint64_t tight(std::uintptr_t address, std::uint64_t what, std::uint64_t epoch) {
    const std::uint64_t high = (epoch << kTightSealShift) - (what * kMix & ~kTightWhatMask);
    return (high * kUnmix | what) + address;
  }
  static std::uint64_t tight_what_of(std::uintptr_t address, std::uint64_t word) {
    return (word - address) & kTightWhatMask;
  }
  static std::uint64_t tight_epoch_of(std::uintptr_t address, std::uint64_t word) {
    return (word - address) * kMix >> kTightSealShift;
  }
  static std::uint64_t tight_what(std::uint64_t size_bytes, std::uint64_t who) {
    return (kTightSizeMax - size_bytes) % kTightSizeMax | who << kTightOwnerShift;
  }
  static std::uint64_t tight_size_of(std::uint64_t what) {
    return kTightSizeMax - what % kTightSizeMax;
  }
};

class Trailer : private TrailerWords {
 public:
  // `usable_bytes` is what the C library says of the block: the same at each call.
  Trailer(void* block, std::size_t usable_bytes)
      : address_(reinterpret_cast<std::uintptr_t>(block)),
        usable_bytes_(usable_bytes),
        end_(static_cast<char*>(block) + usable_bytes) {}

  void write(const RecordedBlock& block) {
    const std::uint64_t who = block.owner | (block.is_followed ? kFollowed : 0);
    if (!is_tight()) {
      const std::uint64_t what = block.size_bytes | who << kOwnerShift;
      store(what, seal(address_, what, block.epoch));
    } else if (block.size_bytes != 0) {  // which has no number; glibc gives such a block 24 bytes
      store_tight(tight(address_, tight_what(block.size_bytes, who), block.epoch));
    }
  }
  // Whether there is a trailer; then `block` is what was written.
  [[nodiscard]] bool read(RecordedBlock& block) const {
    std::uint64_t who = 0;
    if (is_tight()) {
      std::uint64_t word = 0;
      __builtin_memcpy(&word, end_ - sizeof(word), sizeof(word));
      const std::uint64_t what = tight_what_of(address_, word);
      block.epoch = tight_epoch_of(address_, word);
      block.size_bytes = tight_size_of(what);
      who = what >> kTightOwnerShift;
      if (block.epoch > current_epoch.load(std::memory_order_relaxed)) return false;
    } else {
      std::uint64_t what = 0;
      std::uint64_t sealed = 0;
      __builtin_memcpy(&what, end_ - kTrailerBytes, sizeof(what));
      __builtin_memcpy(&sealed, end_ - sizeof(sealed), sizeof(sealed));
      block.epoch = epoch_of(address_, what, sealed);
      block.size_bytes = what & kSizeMask;
      who = what >> kOwnerShift;
      if (block.epoch > kEpochMax || block.size_bytes + kTrailerBytes > usable_bytes_) return false;
    }
    block.owner = static_cast<std::uint16_t>(who % kFollowed);
    block.is_followed = (who & kFollowed) != 0;
    return block.epoch != 0;  // which is a cleared one
  }
  void clear() {
    if (is_tight()) {
      store_tight(address_);
    } else {
      store(0, address_);
    }
  }

 private:
  [[nodiscard]] bool is_tight() const { return usable_bytes_ == kTightUsableBytes; }

  void store(std::uint64_t what, std::uint64_t sealed) {
    __builtin_memcpy(end_ - kTrailerBytes, &what, sizeof(what));
    __builtin_memcpy(end_ - sizeof(sealed), &sealed, sizeof(sealed));
  }
  void store_tight(std::uint64_t word) {
    __builtin_memcpy(end_ - sizeof(word), &word, sizeof(word));
  }

  std::uintptr_t address_;
  std::size_t usable_bytes_;
  char* end_;
};

}  // namespace redzone::heap
