// expect: asan use-after-poison size=666 access=read line=11
// A block of the pool is read after it was given back.

#include "escape.hpp"
#include "pool.hpp"

int main() {
  const std::span<char> block = take_block();
  give_back(block);

  canary::use(canary::escape(block.data())[37]);
  return 0;
}
