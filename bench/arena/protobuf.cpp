// The arena of protobuf, where it is installed. It gives out blocks of alignment 8 only, and checks
// neither sizes nor what is left in them.

#include <google/protobuf/arena.h>

#include <string>

#include "bench/arena/row.hpp"
#include "bench/arena/rows.hpp"
#include "bench/arena/threads.hpp"

namespace redzone::bench {
namespace {

using google::protobuf::Arena;

struct Protobuf {
  explicit Protobuf(std::span<std::byte> memory) : arena(options(memory)) {}

  [[gnu::always_inline]] void* take(std::size_t size_bytes, std::size_t) {
    return Arena::CreateArray<char>(&arena, size_bytes);
  }
  void take_back_all() { arena.Reset(); }

  static google::protobuf::ArenaOptions options(std::span<std::byte> memory) {
    google::protobuf::ArenaOptions made;
    made.initial_block = reinterpret_cast<char*>(memory.data());
    made.initial_block_size = memory.size();
    return made;
  }

  Arena arena;
};

template <std::size_t Bytes>
void add_fixed() {
  const std::string bytes = "/bytes:" + std::to_string(Bytes);
  add_row("fixed/protobuf" + bytes, fixed<Protobuf, Bytes>);
  add_row("touched/protobuf" + bytes, touched<Protobuf, Bytes>);
}

}  // namespace

void add_protobuf_rows() {
  add_fixed<8>();
  add_fixed<16>();
  add_fixed<64>();
  add_fixed<256>();
  add_row("mixed_sizes/protobuf", mixed_sizes<Protobuf>);
  add_row("threads/protobuf", in_two_threads<Protobuf>);
}

}  // namespace redzone::bench
