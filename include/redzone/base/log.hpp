#pragma once
// Where a component's diagnostics go: a function and its context, given by the application. The
// default sink says nothing. A sink is two words, is called in place, and allocates nothing.
//
// Bounds:  one message is at most kLogMessageBytesMax bytes; longer ones are cut, and say so.
// Threads: a LogSink is a value; the function it names must take calls from any thread.
// Failure: none; the sink must not throw.
// Cost:    an indirect call when a function is set, a test of a pointer when none is.
//
//   LogSink sink{[](void*, LogLevel, std::string_view text) noexcept { ... }, nullptr};
//   sink.write(LogLevel::warning, "the level disappeared");

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace redzone {

enum class LogLevel : std::uint8_t { debug, info, warning, error };

// A message is a line for people. 1 KiB holds a path and a sentence; what is longer is data.
inline constexpr std::size_t kLogMessageBytesMax = 1024;

class LogSink {
 public:
  using Write = void (*)(void* context, LogLevel level, std::string_view text) noexcept;

  constexpr LogSink() = default;
  constexpr LogSink(Write function, void* context) : write_(function), context_(context) {}

  // Hands over `text`, cut at kLogMessageBytesMax with a final "...".
  void write(LogLevel level, std::string_view text) const noexcept;

  [[nodiscard]] constexpr explicit operator bool() const { return write_ != nullptr; }

 private:
  Write write_ = nullptr;
  void* context_ = nullptr;
};

}  // namespace redzone
