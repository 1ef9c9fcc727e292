#include "redzone/os/memory_source.hpp"

#include <algorithm>
#include <cstring>

namespace redzone::os {

Result<std::size_t> MemorySource::read_at(std::uint64_t offset, std::span<std::byte> out) {
  if (out.empty() || offset >= bytes_.size()) return std::size_t{0};
  const std::span<const std::byte> rest = bytes_.subspan(static_cast<std::size_t>(offset));
  const std::size_t count = std::min(rest.size(), out.size());
  std::memcpy(out.data(), rest.data(), count);
  return count;
}

Result<std::uint64_t> MemorySource::size_bytes() {
  return static_cast<std::uint64_t>(bytes_.size());
}

}  // namespace redzone::os
