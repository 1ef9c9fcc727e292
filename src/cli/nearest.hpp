#pragma once
// The candidate that a mistyped word most likely meant.

#include <span>
#include <string>
#include <string_view>

namespace redzone::cli {

// The candidate with the smallest edit distance to `word` (insertions, deletions, substitutions,
// and transpositions of neighbours), or "" when none is near: at most a third of the letters, and
// at least one, may differ. Words longer than 64 bytes have no near candidate.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string> candidates);

}  // namespace redzone::cli
