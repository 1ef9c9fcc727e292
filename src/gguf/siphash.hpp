#pragma once
// SipHash-2-4 of a string that comes in pieces: a keyed hash, so that whoever writes a file cannot
// know which names collide. After Aumasson and Bernstein, "SipHash: a fast short-input PRF" (2012).

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "redzone/gguf/hash_key.hpp"

namespace redzone::gguf {

class SipHash {
 public:
  // The constants are the ASCII text "somepseudorandomlygeneratedbytes".
  explicit SipHash(const HashKey& key)
      : v0_(key.first ^ 0x736f6d6570736575),
        v1_(key.second ^ 0x646f72616e646f6d),
        v2_(key.first ^ 0x6c7967656e657261),
        v3_(key.second ^ 0x7465646279746573) {}

  void update(std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes) {
      word_ |= std::to_integer<std::uint64_t>(byte) << (8 * (size_bytes_ % 8));
      ++size_bytes_;
      if (size_bytes_ % 8 == 0) compress();
    }
  }

  // The hash of all bytes so far; the object is spent afterwards.
  [[nodiscard]] std::uint64_t finish() {
    word_ |= size_bytes_ << 56;  // the length modulo 256 is the last word's last byte
    compress();
    v2_ ^= 0xff;
    for (int count = 0; count < 4; ++count) round();
    return v0_ ^ v1_ ^ v2_ ^ v3_;
  }

 private:
  void compress() {
    v3_ ^= word_;
    round();
    round();
    v0_ ^= word_;
    word_ = 0;
  }

  void round() {
    v0_ += v1_;
    v2_ += v3_;
    v1_ = std::rotl(v1_, 13) ^ v0_;
    v3_ = std::rotl(v3_, 16) ^ v2_;
    v0_ = std::rotl(v0_, 32);
    v2_ += v1_;
    v0_ += v3_;
    v1_ = std::rotl(v1_, 17) ^ v2_;
    v3_ = std::rotl(v3_, 21) ^ v0_;
    v2_ = std::rotl(v2_, 32);
  }

  std::uint64_t v0_;
  std::uint64_t v1_;
  std::uint64_t v2_;
  std::uint64_t v3_;
  std::uint64_t word_ = 0;  // the size_bytes_ % 8 bytes that do not fill a word yet, little-endian
  std::uint64_t size_bytes_ = 0;
};

}  // namespace redzone::gguf
