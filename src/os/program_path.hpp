#pragma once
// Finds the file that a program's name means, before anything is started: so a missing program is
// an error with its errno even where a tool runs posix_spawn as a fork and loses what exec said.
// Private to os.

#include <array>

#include "redzone/base/result.hpp"

namespace redzone::os {

inline constexpr std::size_t kPathBytesMax = 4096;  // Linux's PATH_MAX, its null byte included

using PathBuffer = std::array<char, kPathBytesMax>;

// Writes the path of `name`, null-terminated: the name itself when it has a slash, else the first
// executable file of that name along `search_path` (null: "/bin:/usr/bin"). Relative paths start at
// the open directory `directory`. SPAWN_FAILED with ENOENT, or with EACCES where there were files
// but none to execute, or ENAMETOOLONG.
[[nodiscard]] Status find_program(int directory, const char* name, const char* search_path,
                                  PathBuffer& path);

}  // namespace redzone::os
