// expect: asan heap-buffer-overflow size=37 access=read line=15
// Stands for a library that is not ours and measures a string without an end. The read happens in
// strlen, which AddressSanitizer intercepts: the only reports that its suppressions reach.

#include <cstdlib>
#include <cstring>

#include "escape.hpp"

extern "C" {

__attribute__((noinline)) void thirdparty_names_length() {
  char* name = canary::escape(static_cast<char*>(std::malloc(37)));
  std::memset(name, 'a', 37);
  canary::use(std::strlen(canary::escape(name)));
  std::free(canary::escape(name));
}

void thirdparty_work() { thirdparty_names_length(); }

}  // extern "C"
