#pragma once
// An upstream for arenas that keeps a book: it knows each block that it gave, fails on demand, and
// looks at what it gets back. Its memory is aligned to 16 and to no more, and full of kJunk, unless
// it says that it is zero.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "redzone/arena/options.hpp"
#include "redzone/arena/upstream.hpp"
#include "redzone/base/bytes.hpp"
#include "tests/support/arena_bytes.hpp"

namespace redzone::tests {

// The first thing that was not as it should be. It is kept and not thrown, because it is also found
// within functions that may not throw.
class Mismatch {
 public:
  [[nodiscard]] bool found() const { return !text_.empty(); }
  [[nodiscard]] const std::string& text() const { return text_; }
  void at(std::uint64_t step, std::string_view operation) {
    step_ = step;
    operation_ = operation;
  }

  // For whoever looks for the cause: what was done, on standard error.
  void trace(bool traces) { traces_ = traces; }
  void done(std::string_view what, std::initializer_list<std::uint64_t> numbers) const {
    if (!traces_) return;
    std::fprintf(stderr, "%llu %.*s:", static_cast<unsigned long long>(step_),
                 static_cast<int>(what.size()), what.data());
    for (const std::uint64_t number : numbers) {
      std::fprintf(stderr, " %llu", static_cast<unsigned long long>(number));
    }
    std::fputc('\n', stderr);
  }

  bool expect(bool holds, std::string_view what) {
    if (!holds && text_.empty()) {
      text_ = "step " + std::to_string(step_) + ", " + std::string(operation_) + ": " +
              std::string(what);
    }
    return holds;
  }
  bool expect_equal(std::uint64_t seen, std::uint64_t wanted, std::string_view what) {
    if (seen == wanted) return true;
    return expect(false, std::string(what) + " is " + std::to_string(seen) + ", expected " +
                             std::to_string(wanted));
  }

 private:
  std::uint64_t step_ = 0;
  std::string_view operation_ = "start";
  std::string text_;
  bool traces_ = false;
};

// Whether its memory is zero and it says so; else it is full of kJunk.
enum class UpstreamZeros : std::uint8_t { never, when_wanted, always };

class RecordingUpstream final : public ArenaUpstream {
 public:
  struct Memory {
    std::size_t size_bytes = 0;
    bool is_zero = false;
    void* from_malloc = nullptr;
  };

  RecordingUpstream(Mismatch& mismatch, ArenaZero zero, UpstreamZeros zeros)
      : mismatch_(mismatch), zero_(zero), zeros_(zeros) {}
  ~RecordingUpstream() override {
    mismatch_.expect(memories_.empty(), "an arena kept memory of its upstream");
    for (const auto& [begin, memory] : memories_) std::free(memory.from_malloc);
  }

  [[nodiscard]] Block take(std::size_t size_bytes, bool want_zero) noexcept override {
    ++call_count_;
    last_asked_bytes_ = size_bytes;
    mismatch_.expect(size_bytes > 0, "upstream is asked for 0 bytes");
    if (!mismatch_.expect(size_bytes <= kGiB, "upstream is asked for more than any budget has") ||
        fails_next_ > 0) {
      if (fails_next_ > 0) --fails_next_;
      ++refused_count_;
      return {};
    }
    // 16 bytes in front for every other block: no more aligned than promised.
    const std::size_t offset = (call_count_ % 2) * 16;
    auto* const from_malloc = static_cast<std::byte*>(std::malloc(size_bytes + offset));
    if (from_malloc == nullptr) return {};
    std::byte* const memory = from_malloc + offset;
    const bool is_zero =
        zeros_ == UpstreamZeros::always || (zeros_ == UpstreamZeros::when_wanted && want_zero);
    std::memset(memory, is_zero ? 0 : kJunk, size_bytes);
    memories_[reinterpret_cast<std::uintptr_t>(memory)] = {size_bytes, is_zero, from_malloc};
    taken_.push_back(reinterpret_cast<std::uintptr_t>(memory));
    live_bytes_ += size_bytes;
    return {memory, is_zero};
  }

  void give_back(void* memory, std::size_t size_bytes) noexcept override {
    const auto begin = reinterpret_cast<std::uintptr_t>(memory);
    const auto found = memories_.find(begin);
    if (!mismatch_.expect(found != memories_.end(), "upstream gets what it never gave")) return;
    mismatch_.expect_equal(size_bytes, found->second.size_bytes, "the size that upstream gets");
    if (zero_ == ArenaZero::on_reset && size_bytes > kArenaChunkHeaderBytes &&
        can_look_at_dropped_bytes()) {
      // Read as anybody would: what is still poisoned here is reported.
      const auto* const bytes = static_cast<const unsigned char*>(memory);
      for (std::size_t i = kArenaChunkHeaderBytes; i < size_bytes; ++i) {
        if (bytes[i] == 0 || (bytes[i] == kJunk && !found->second.is_zero)) continue;
        mismatch_.expect(false, "a user's byte goes back to upstream, at offset " +
                                    std::to_string(i) + " of " + std::to_string(size_bytes));
        break;
      }
    }
    live_bytes_ -= size_bytes;
    std::free(found->second.from_malloc);
    memories_.erase(found);
  }

  void fail_next(std::uint64_t calls) { fails_next_ = calls; }

  // What was given since the last call.
  [[nodiscard]] std::vector<std::uintptr_t> taken() { return std::exchange(taken_, {}); }
  [[nodiscard]] const std::map<std::uintptr_t, Memory>& memories() const { return memories_; }
  [[nodiscard]] std::uint64_t live_bytes() const { return live_bytes_; }
  [[nodiscard]] std::uint64_t call_count() const { return call_count_; }
  [[nodiscard]] std::uint64_t refused_count() const { return refused_count_; }
  [[nodiscard]] std::uint64_t last_asked_bytes() const { return last_asked_bytes_; }

 private:
  Mismatch& mismatch_;
  ArenaZero zero_;
  UpstreamZeros zeros_;
  std::map<std::uintptr_t, Memory> memories_;
  std::vector<std::uintptr_t> taken_;
  std::uint64_t live_bytes_ = 0;
  std::uint64_t call_count_ = 0;
  std::uint64_t refused_count_ = 0;
  std::uint64_t last_asked_bytes_ = 0;
  std::uint64_t fails_next_ = 0;
};

}  // namespace redzone::tests
