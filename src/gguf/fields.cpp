#include "gguf/fields.hpp"

namespace redzone::gguf {

Result<std::uint64_t> Fields::scalar(std::uint64_t size_bytes, const char* field) const {
  const auto widen = [](const auto& number) -> Result<std::uint64_t> {
    if (!number) return fail(number.error());
    return std::uint64_t{*number};
  };
  switch (size_bytes) {
    case 1:
      return widen(number<std::uint8_t>(field));
    case 2:
      return widen(number<std::uint16_t>(field));
    case 4:
      return widen(number<std::uint32_t>(field));
    default:
      REDZONE_DCHECK(size_bytes == 8);
      return number<std::uint64_t>(field);
  }
}

}  // namespace redzone::gguf
