#pragma once
// A block of memory as a ByteSource: for tests, fuzzers, and input that is already in memory. It
// does not own the bytes; they must outlive it and must not change while it is read.
//
// Bounds:  two words; nothing is copied but what a read asks for.
// Threads: as ByteSource says.
// Failure: none.
// Cost:    one memcpy a read.
//
//   const std::vector<std::byte> image = make_image();
//   MemorySource source(image);   // MemorySource source(make_image()) does not compile

#include <cstddef>
#include <cstdint>
#include <ranges>
#include <span>
#include <type_traits>

#include "redzone/base/result.hpp"
#include "redzone/os/byte_source.hpp"

namespace redzone::os {

class MemorySource final : public ByteSource {
 public:
  explicit MemorySource(std::span<const std::byte> bytes) : bytes_(bytes) {}

  // A container that dies at the end of the statement would leave the source without its bytes.
  template <class Container>
    requires(!std::is_reference_v<Container> && std::ranges::range<Container> &&
             !std::ranges::borrowed_range<Container>)
  explicit MemorySource(Container&& bytes) = delete;

  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset,
                                            std::span<std::byte> out) override;
  [[nodiscard]] Result<std::uint64_t> size_bytes() override;

 private:
  std::span<const std::byte> bytes_;
};

}  // namespace redzone::os
