#pragma once
// Which file an address of this process comes from. Private to testing.

#include <cstdint>
#include <string>

namespace redzone::testing {

struct ModuleAddress {
  std::string path;          // "" when no file is known
  std::uint64_t offset = 0;  // as addr2line takes it
};

[[nodiscard]] ModuleAddress module_address(std::uintptr_t address);
// "" when /proc cannot be read.
[[nodiscard]] std::string program_path();

}  // namespace redzone::testing
