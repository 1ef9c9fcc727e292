#pragma once
// What a judgement says.

#include <string>

#include "redzone/testing/judgement.hpp"

namespace redzone::testing {

inline bool has(const Judgement& judgement, const char* text) {
  return judgement.message().find(text) != std::string::npos;
}

}  // namespace redzone::testing
