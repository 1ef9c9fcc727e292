#pragma once
// Checks for a programmer's errors. REDZONE_CHECK is on in every build: it prints what was wrong
// and where, and aborts, without allocating. REDZONE_DCHECK is the same in builds without NDEBUG
// and nothing in others; it is for hot loops. Input from outside never reaches either: that is what
// Result is for.
//
// Bounds:  512 bytes of stack for the message.
// Threads: any; the message is written by one call.
// Failure: aborts the process.
// Cost:    one predictable branch.
//
//   REDZONE_CHECK(alignment != 0);

namespace redzone {

// Prints "REDZONE_CHECK failed: condition (file:line)" to standard error and aborts.
[[noreturn]] void check_failed(const char* condition, const char* file, int line) noexcept;

}  // namespace redzone

#define REDZONE_CHECK(condition)                       \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::redzone::check_failed(#condition, __FILE__, __LINE__))

#ifdef NDEBUG
#define REDZONE_DCHECK(condition) static_cast<void>(sizeof(static_cast<bool>(condition)))
#else
#define REDZONE_DCHECK(condition) REDZONE_CHECK(condition)
#endif
