#include "os/program_path.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "os/system_error.hpp"

namespace redzone::os {

namespace {

// 0 when `path` is a file that may be executed, else the errno that says why not.
int check_program(int directory, const char* path) {
  struct stat status = {};
  if (::fstatat(directory, path, &status, 0) != 0) return errno;
  if (!S_ISREG(status.st_mode)) return EACCES;
  return ::faccessat(directory, path, X_OK, 0) == 0 ? 0 : errno;
}

// "folder/name" or, for the empty folder that means the current one, "name". False: too long.
bool join(std::string_view folder, std::string_view name, PathBuffer& path) {
  const std::size_t slash = folder.empty() ? 0 : 1;
  if (folder.size() + slash + name.size() >= path.size()) return false;
  std::memcpy(path.data(), folder.data(), folder.size());
  if (slash != 0) path[folder.size()] = '/';
  std::memcpy(path.data() + folder.size() + slash, name.data(), name.size());
  path[folder.size() + slash + name.size()] = '\0';
  return true;
}

std::unexpected<Error> refuse(int number) {
  return fail(system_error(Code::spawn_failed, "process.program", number));
}

}  // namespace

Status find_program(int directory, const char* name, const char* search_path, PathBuffer& path) {
  const std::string_view words(name);
  if (words.empty()) return refuse(ENOENT);
  if (words.find('/') != std::string_view::npos) {
    if (!join("", words, path)) return refuse(ENAMETOOLONG);
    const int number = check_program(directory, path.data());
    if (number != 0) return refuse(number);
    return {};
  }

  int best = ENOENT;
  std::string_view rest = search_path != nullptr ? search_path : "/bin:/usr/bin";
  for (bool is_last = false; !is_last;) {  // each turn takes at least a byte off `rest`
    const std::size_t colon = rest.find(':');
    is_last = colon == std::string_view::npos;
    const std::string_view folder = rest.substr(0, colon);
    if (!is_last) rest.remove_prefix(colon + 1);
    if (!join(folder, words, path)) {
      if (words.size() >= path.size()) return refuse(ENAMETOOLONG);
      continue;
    }
    const int number = check_program(directory, path.data());
    if (number == 0) return {};
    if (number == EACCES) best = EACCES;
  }
  return refuse(best);
}

}  // namespace redzone::os
