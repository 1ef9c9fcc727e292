#pragma once
// What a file that does not begin with GGUF most likely is. Use it beside BAD_MAGIC: a web page or
// a git-LFS pointer under a model's name is the commonest broken download.
//
// Bounds:  looks at no more than the first 64 bytes it is given.
// Threads: a pure function.
// Failure: an empty text when nothing is recognised.
// Cost:    a few comparisons.
//
//   describe_magic(report.first_bytes())  // "a web page (HTML), not a model: ..."

#include <cstddef>
#include <span>
#include <string_view>

namespace redzone::gguf {

[[nodiscard]] std::string_view describe_magic(std::span<const std::byte> first_bytes);

}  // namespace redzone::gguf
