#pragma once
// What a walk over an accepted file may fail with. The file was right when it was opened: whatever
// a cursor finds wrong in it was written since.

#include "gguf/error_at.hpp"
#include "redzone/base/error.hpp"

namespace redzone::gguf {

[[nodiscard]] constexpr Error changed_since(const Error& error) {
  if (error.code.component != Component::gguf) return error;  // the source's own failure
  return error_at(Code::file_changed, error.field, error.offset);
}

}  // namespace redzone::gguf
