#include "heap/stack_capture.hpp"

#include <unwind.h>

#include "heap/run_time_frames.hpp"
#include "heap/thread_state.hpp"

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): made by the linker
extern "C" {
// The bounds of the section that REDZONE_HEAP_ENTRY names, made by the linker.
extern const char __start_redzone_heap_text[] __attribute__((weak, visibility("hidden")));
extern const char __stop_redzone_heap_text[] __attribute__((weak, visibility("hidden")));
}
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace redzone::heap {

namespace {

// Frames between the program's call and this file: the allocator of a sanitizer, and ours.
constexpr std::uint32_t kOwnFramesMax = 16;

struct Walk {
  std::uintptr_t frames[kFramesMax + kOwnFramesMax] = {};
  std::uint32_t count = 0;
  std::uint32_t own_count = 0;  // frames from the innermost to the outermost that is our own
};

bool is_own(std::uintptr_t address) {
  return address >= reinterpret_cast<std::uintptr_t>(__start_redzone_heap_text) &&
         address < reinterpret_cast<std::uintptr_t>(__stop_redzone_heap_text);
}

_Unwind_Reason_Code visit(_Unwind_Context* context, void* argument) {
  Walk& walk = *static_cast<Walk*>(argument);
  const std::uintptr_t address = _Unwind_GetIP(context);
  if (address == 0) return _URC_END_OF_STACK;
  walk.frames[walk.count++] = address;
  // The return address may lie behind the end of a function that does not return.
  if (walk.count <= kOwnFramesMax && is_own(address - 1)) walk.own_count = walk.count;
  const bool is_full = walk.count == kFramesMax + kOwnFramesMax;
  return is_full ? _URC_END_OF_STACK : _URC_NO_REASON;
}

}  // namespace

REDZONE_HEAP_ENTRY Stack take_stack() {
  const Unwatched unwatched;
  Walk walk;
  _Unwind_Backtrace(visit, &walk);
  const std::uint32_t searched = walk.count < kOwnFramesMax ? walk.count : kOwnFramesMax;
  for (std::uint32_t i = walk.own_count; i < searched; ++i) {
    if (is_frame_of_run_time(walk.frames[i])) walk.own_count = i + 1;
  }
  return Stack::of(walk.frames + walk.own_count, walk.count - walk.own_count);
}

REDZONE_HEAP_ENTRY Stack Stack::here(std::size_t skip) {
  const Stack all = take_stack();
  const std::size_t dropped = skip < all.size_ ? skip : all.size_;
  return Stack::of(all.frames_ + dropped, all.size_ - dropped);
}

}  // namespace redzone::heap
