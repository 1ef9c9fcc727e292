#pragma once
// An error of gguf about one part of the file: its code, the part's name, where the part starts.

#include <cstdint>

#include "redzone/base/error.hpp"
#include "redzone/gguf/errors.hpp"

namespace redzone::gguf {

[[nodiscard]] constexpr Error error_at(Code code, const char* field, std::uint64_t offset) {
  return make_error(code).with_field(field).with_offset(offset);
}

}  // namespace redzone::gguf
