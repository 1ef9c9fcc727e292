#pragma once
// The key of the hash by which a Reader finds duplicate names. A fresh random one for each file, as
// Reader::open takes it, means that no file can be built whose names collide.
//
// Bounds:  16 bytes. Threads: a value. Failure: none. Cost: none.
//
//   const gguf::HashKey key{1, 2};  // for a run that must repeat exactly

#include <cstdint>

namespace redzone::gguf {

struct HashKey {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

}  // namespace redzone::gguf
