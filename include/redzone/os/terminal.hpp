#pragma once
// Whether somebody looks at a stream: decides about colour and progress lines.
//
// Bounds:  none held.
// Threads: any.
// Failure: none; a stream that is closed is no terminal.
// Cost:    one ioctl.
//
//   const bool colour = is_terminal(StandardStream::error);

namespace redzone::os {

enum class StandardStream : int { input = 0, output = 1, error = 2 };

[[nodiscard]] bool is_terminal(int descriptor);
[[nodiscard]] bool is_terminal(StandardStream stream);

}  // namespace redzone::os
