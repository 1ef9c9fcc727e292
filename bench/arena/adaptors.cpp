// What a block costs from a thread's own arena, and by the C interface.

#include <string>

#include "bench/arena/adaptor_sources.hpp"
#include "bench/arena/row.hpp"
#include "bench/arena/rows.hpp"
#include "bench/arena/threads.hpp"

namespace redzone::bench {
namespace {

template <std::size_t Bytes>
void add_fixed() {
  const std::string bytes = "/bytes:" + std::to_string(Bytes);
  add_row("fixed/thread_arena" + bytes, fixed<OurThreadArena, Bytes>);
  add_row("fixed/c_interface" + bytes, fixed<OurByC, Bytes>);
}

}  // namespace

void add_adaptor_rows() {
  add_fixed<8>();
  add_fixed<16>();
  add_fixed<64>();
  add_fixed<256>();
  add_row("mixed/c_interface", mixed_blocks<OurByC>);
  add_row("mixed_sizes/c_interface", mixed_sizes<OurByC>);
  add_row("threads/thread_arena", in_two_threads<OurThreadArena>);
}

}  // namespace redzone::bench
