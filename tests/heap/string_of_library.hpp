#pragma once
// Whether std::string allocates inside libstdc++.so is up to the standard of the program, and to
// what its other objects bring into it: the stack says it. Compiles as C++17.

#include <dlfcn.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "redzone/heap/stack.hpp"

namespace redzone::heap {

// Whether a member function of std::string in libstdc++.so asked for the block.
inline bool is_of_string_of_library(const Stack& stack) {
  constexpr std::size_t kFramesSearched = 4;  // operator new may be one of them
  for (std::size_t i = 0; i < stack.size() && i < kFramesSearched; ++i) {
    Dl_info info = {};
    // NOLINTNEXTLINE(performance-no-int-to-ptr): a return address is all there is
    if (dladdr(reinterpret_cast<void*>(stack[i] - 1), &info) == 0) continue;
    if (info.dli_sname == nullptr || std::strstr(info.dli_fname, "libstdc++.so") == nullptr) {
      continue;
    }
    if (std::strstr(info.dli_sname, "basic_string") != nullptr) return true;
  }
  return false;
}

}  // namespace redzone::heap
