#include <new>
#include <string>

#include "tests/heap/faults_blocks.hpp"

static_assert(__cplusplus == 201703L);

namespace redzone::heap {

bool grow_a_cxx17_string(std::size_t size_bytes) {
  try {
    std::string text;
    text.append(size_bytes, 'x');
    return *kept(text.c_str()) == 'x';
  } catch (const std::bad_alloc&) {
    return false;
  }
}

}  // namespace redzone::heap
