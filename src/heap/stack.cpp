#include "redzone/heap/stack.hpp"

namespace redzone::heap {

Stack Stack::of(const std::uintptr_t* frames, std::size_t count) {
  Stack stack;
  stack.size_ = static_cast<std::uint32_t>(count < kFramesMax ? count : kFramesMax);
  for (std::uint32_t i = 0; i < stack.size_; ++i) stack.frames_[i] = frames[i];
  return stack;
}

std::uint64_t Stack::hash() const {
  // The finisher of MurmurHash3, once a frame.
  std::uint64_t hash = size_;
  for (std::uint32_t i = 0; i < size_; ++i) {
    hash ^= frames_[i];
    hash ^= hash >> 33U;
    hash *= 0xff51afd7ed558ccdULL;
    hash ^= hash >> 33U;
    hash *= 0xc4ceb9fe1a85ec53ULL;
    hash ^= hash >> 33U;
  }
  return hash;
}

bool operator==(const Stack& left, const Stack& right) {
  if (left.size_ != right.size_) return false;
  for (std::uint32_t i = 0; i < left.size_; ++i) {
    if (left.frames_[i] != right.frames_[i]) return false;
  }
  return true;
}

}  // namespace redzone::heap
