#pragma once
// Files in memory that several tests of the reader look at.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/gguf_builder.hpp"

namespace redzone::gguf {

// Text of which no piece is like the piece before it, so that bytes of another window show.
inline std::string varied(std::size_t size_bytes) {
  std::string text;
  for (std::size_t index = 0; text.size() < size_bytes; ++index) text += std::to_string(index);
  text.resize(size_bytes);
  return text;
}

// A file with a part of every kind, and `padding` bytes of string, so that it has several windows.
inline tests::GgufBuilder everything(tests::GgufFormat format, std::size_t padding) {
  using tests::GgufBytes;
  tests::GgufBuilder file(format);
  file.u32("general.alignment", 16).align_to(16).string("general.name", varied(padding));
  file.boolean("a.bool", 1).u64("a.u64", UINT64_MAX);
  file.array("a.strings", 8, 3,
             [padding](GgufBytes& to) { to.string("one").string("").string(varied(padding)); });
  file.array("a.bools", 7, 4, [](GgufBytes& to) { to.u8(0).u8(1).u8(1).u8(0); });
  file.array("a.nested", 9, 2, [](GgufBytes& to) {
    to.u32(2).length(3).u16(1).u16(2).u16(3).u32(9).length(1).u32(8).length(1).string("deep");
  });
  file.tensor({.name = "first", .dimensions = {3, 2}, .size_bytes = 24});
  file.tensor({.name = "second", .dimensions = {32}, .type = 2, .size_bytes = 18});
  file.tensor({.name = "third", .dimensions = {}, .size_bytes = 4});
  return file;
}

// `keys` keys of bytes and `tensors` tensors without data, written without a builder's
// book-keeping. The tensors' data lies from the last to the first, which has to be sorted.
inline std::vector<std::byte> many(std::uint64_t keys, std::uint64_t tensors) {
  tests::GgufBytes to(tests::GgufFormat{});
  to.text("GGUF").u32(3).u64(tensors).u64(keys);
  for (std::uint64_t index = 0; index < keys; ++index) {
    to.string("key." + std::to_string(index)).u32(0).u8(1);
  }
  for (std::uint64_t index = 0; index < tensors; ++index) {
    to.string("tensor." + std::to_string(index)).u32(1).u64(8).u32(0);
    to.u64((tensors - 1 - index) * 32);
  }
  to.fill((32 - to.size() % 32) % 32).fill(tensors * 32);
  return to.bytes();
}

}  // namespace redzone::gguf
