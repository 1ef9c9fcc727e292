#pragma once
// Where flags go while a file is opened. Reading a file again, for a cursor, raises none.

#include <cstdint>

#include "gguf/error_at.hpp"
#include "redzone/gguf/report.hpp"

namespace redzone::gguf {

class WarningSink {
 public:
  WarningSink() = default;  // hears nothing
  WarningSink(Warnings& warnings, std::uint64_t kept_max)
      : warnings_(&warnings), kept_max_(kept_max) {}

  void add(Code code, const char* field, std::uint64_t offset, std::uint64_t value) const {
    if (warnings_ != nullptr) {
      warnings_->add(error_at(code, field, offset).with_value(value), kept_max_);
    }
  }

 private:
  Warnings* warnings_ = nullptr;
  std::uint64_t kept_max_ = 0;
};

}  // namespace redzone::gguf
