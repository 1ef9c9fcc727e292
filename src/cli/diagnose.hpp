#pragma once
// Diagnostics on standard error. fmt::print throws when a stream takes nothing, which is right for
// a result and wrong here: nobody can be told, and the exit status still has to say what happened.

#include <cstdio>
#include <string_view>

namespace redzone::cli {

inline void diagnose(std::FILE* err, std::string_view text) noexcept {
  std::fwrite(text.data(), 1, text.size(), err);
}

}  // namespace redzone::cli
