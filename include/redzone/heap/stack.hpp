#pragma once
// Where something happened: the return addresses above it, innermost first, without frames of
// redzone itself. Printing names them as far as this process can without help: sanitizer builds by
// the run-time's symbolizer, others by the dynamic symbol table, the rest as module and offset,
// which addr2line understands.
//
// Bounds:  kFramesMax frames; nothing is allocated, also when a stack is taken inside malloc.
// Threads: every function may be called from any thread.
// Failure: a stack that cannot be walked is shorter, or empty.
// Cost:    taking one: about a microsecond a frame, by the unwind tables of the program.
//
//   Stack stack = Stack::here();
//   char line[256];
//   for (std::size_t i = 0; i < stack.size(); ++i) std::puts(describe_frame(stack, i, line));

#include <cstddef>
#include <cstdint>

#include "redzone/heap/limits.hpp"

namespace redzone::heap {

class Stack {
 public:
  Stack() = default;

  // The stack of the caller; `skip` leaves out that many of the innermost frames.
  [[nodiscard]] static Stack here(std::size_t skip = 0);
  // The stack of these return addresses, innermost first; those beyond kFramesMax are left out.
  [[nodiscard]] static Stack of(const std::uintptr_t* frames, std::size_t count);

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  // A return address: the instruction after the call.
  [[nodiscard]] std::uintptr_t operator[](std::size_t index) const { return frames_[index]; }
  // Equal for equal addresses, in one run of a program.
  [[nodiscard]] std::uint64_t hash() const;

  friend bool operator==(const Stack& left, const Stack& right);

 private:
  std::uintptr_t frames_[kFramesMax] = {};
  std::uint32_t size_ = 0;  // <= kFramesMax
};

// One frame as text, into the buffer, which is cut to its size and always ends in NUL:
// "parse_header(Cursor&) parser.cpp:41" or "consumer+0x1f3a". Returns the buffer.
const char* describe_frame(const Stack& stack, std::size_t index, char* buffer,
                           std::size_t buffer_bytes);

template <std::size_t N>
const char* describe_frame(const Stack& stack, std::size_t index, char (&buffer)[N]) {
  return describe_frame(stack, index, buffer, N);
}

}  // namespace redzone::heap
