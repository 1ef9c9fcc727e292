#pragma once

#include <cstddef>
#include <string>

namespace redzone::heap {

// A string of `size` characters on the heap, made by code that is compiled as C++17.
std::string* string_of_cpp17(std::size_t size);

}  // namespace redzone::heap
