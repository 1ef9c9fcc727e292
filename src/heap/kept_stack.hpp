#pragma once
// What several threads may read is copied word by word: a sanitizer watches memcpy, and knows
// nothing of the locks of code that it does not compile.

#include <atomic>
#include <cstdint>

#include "redzone/heap/scope.hpp"

namespace redzone::heap {

class KeptStack {
 public:
  void store(const Stack& stack) {
    for (std::uint32_t i = 0; i < stack.size(); ++i) {
      frames_[i].store(stack[i], std::memory_order_relaxed);
    }
    size_.store(static_cast<std::uint32_t>(stack.size()), std::memory_order_release);
  }
  [[nodiscard]] Stack load() const {
    std::uintptr_t frames[kFramesMax];
    const std::uint32_t size = size_.load(std::memory_order_acquire);
    for (std::uint32_t i = 0; i < size; ++i) frames[i] = frames_[i].load(std::memory_order_relaxed);
    return Stack::of(frames, size);
  }
  [[nodiscard]] bool is(const Stack& stack) const {
    if (size_.load(std::memory_order_relaxed) != stack.size()) return false;
    for (std::uint32_t i = 0; i < stack.size(); ++i) {
      if (frames_[i].load(std::memory_order_relaxed) != stack[i]) return false;
    }
    return true;
  }

 private:
  std::atomic<std::uintptr_t> frames_[kFramesMax] = {};
  std::atomic<std::uint32_t> size_{0};  // <= kFramesMax
};

// An event that is written once: whoever sees has_happened() sees all of it.
class KeptEvent {
 public:
  [[nodiscard]] bool has_happened() const { return has_happened_.load(std::memory_order_acquire); }
  void store(const Event& event) {
    size_bytes_ = event.size_bytes;
    number_ = event.number;
    stack_.store(event.stack);
    has_happened_.store(true, std::memory_order_release);
  }
  [[nodiscard]] Event load() const {
    Event event;
    if (!has_happened()) return event;
    event.size_bytes = size_bytes_;
    event.number = number_;
    event.stack = stack_.load();
    return event;
  }
  void clear() { has_happened_.store(false, std::memory_order_relaxed); }

 private:
  std::atomic<bool> has_happened_{false};
  std::uint64_t size_bytes_ = 0;
  std::uint64_t number_ = 0;
  KeptStack stack_;
};

// The largest groups of blocks, largest first.
class KeptContributors {
 public:
  void clear() { count_.store(0, std::memory_order_relaxed); }
  // items are set one after the other; nobody reads before set_count().
  void set(std::uint32_t index, const Contributor& contributor) {
    items_[index].live_bytes = contributor.live_bytes;
    items_[index].block_count = contributor.block_count;
    items_[index].is_sampled = contributor.is_sampled;
    items_[index].stack.store(contributor.stack);
  }
  void set_count(std::uint32_t count) { count_.store(count, std::memory_order_release); }
  std::size_t copy(Contributor* out, std::size_t count_max) const {
    const std::size_t kept = count_.load(std::memory_order_acquire);
    const std::size_t count = kept < count_max ? kept : count_max;
    for (std::size_t i = 0; i < count; ++i) {
      out[i].live_bytes = items_[i].live_bytes;
      out[i].block_count = items_[i].block_count;
      out[i].is_sampled = items_[i].is_sampled;
      out[i].stack = items_[i].stack.load();
    }
    return count;
  }

 private:
  struct Item {
    std::uint64_t live_bytes = 0;
    std::uint64_t block_count = 0;
    bool is_sampled = false;
    KeptStack stack;
  };
  std::atomic<std::uint32_t> count_{0};  // <= kContributorsMax
  Item items_[kContributorsMax];
};

}  // namespace redzone::heap
