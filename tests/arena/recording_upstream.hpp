#pragma once
// An upstream that counts what it gives and gets back, hands out dirty memory when asked to, fails
// when asked to, and looks for a byte that ought to be gone in what comes back.

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <map>

#include "redzone/arena/chunk.hpp"
#include "redzone/arena/upstream.hpp"
#include "redzone/base/check.hpp"

namespace redzone::tests {

inline constexpr unsigned char kSecret = 0xa5;

class RecordingUpstream : public ArenaUpstream {
 public:
  RecordingUpstream() = default;
  RecordingUpstream(const RecordingUpstream&) = delete;
  RecordingUpstream& operator=(const RecordingUpstream&) = delete;
  ~RecordingUpstream() override { REDZONE_CHECK(blocks_.empty()); }

  Block take(std::size_t size_bytes, bool want_zero) noexcept override {
    ++take_count;
    if (fails) return {};
    void* memory = std::malloc(size_bytes);
    REDZONE_CHECK(memory != nullptr);
    const bool is_zero = want_zero && gives_zero;
    std::memset(memory, is_zero ? 0 : 0xdd, size_bytes);
    blocks_[memory] = size_bytes;
    held_bytes += size_bytes;
    held_bytes_most = std::max(held_bytes_most, held_bytes);
    largest_bytes = std::max(largest_bytes, size_bytes);
    return {.memory = memory, .is_zero = is_zero};
  }

  void give_back(void* memory, std::size_t size_bytes) noexcept override {
    const auto found = blocks_.find(memory);
    REDZONE_CHECK(found != blocks_.end());
    REDZONE_CHECK(found->second == size_bytes);
    blocks_.erase(found);
    held_bytes -= size_bytes;
    ++give_back_count;
    const auto* bytes = static_cast<const unsigned char*>(memory);
    // Behind the arena's header, whose pointers may have any bytes.
    secrets_seen += std::count(bytes + kArenaOwnBlockHeaderBytes, bytes + size_bytes, kSecret);
    std::free(memory);
  }

  [[nodiscard]] std::size_t block_count() const { return blocks_.size(); }

  bool fails = false;
  bool gives_zero = true;
  int take_count = 0;
  int give_back_count = 0;
  std::ptrdiff_t secrets_seen = 0;  // bytes with kSecret in what came back
  std::size_t held_bytes = 0;
  std::size_t held_bytes_most = 0;
  std::size_t largest_bytes = 0;

 private:
  std::map<void*, std::size_t> blocks_;
};

}  // namespace redzone::tests
