// Links the interposer and does not use heap.

#include <cstdlib>

int main() {
  void* (*volatile allocate)(std::size_t) = &std::malloc;
  void* block = allocate(100);
  const bool is_there = block != nullptr;
  std::free(block);
  return is_there ? 0 : 1;
}
