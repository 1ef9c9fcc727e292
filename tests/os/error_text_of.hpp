#pragma once
// An error as its line for people, so that a test compares what it says: two fields with one text
// are equal wherever their strings stand, and a failing test prints both lines.

#include <string>

#include "redzone/base/error_text.hpp"
#include "redzone/os/errors.hpp"

namespace redzone::os {

inline std::string text_of(const Error& error) {
  return std::string(ErrorText(error, error_name(error.code)).view());
}

}  // namespace redzone::os
