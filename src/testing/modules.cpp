#include "testing/modules.hpp"

#include <link.h>
#include <unistd.h>

#include <array>
#include <climits>

namespace redzone::testing {
namespace {

struct Search {
  std::uintptr_t address = 0;
  ModuleAddress found;
};

int look(dl_phdr_info* info, std::size_t /*size*/, void* data) {
  Search& search = *static_cast<Search*>(data);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD) continue;
    const std::uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    if (search.address < begin || search.address - begin >= segment.p_memsz) continue;
    search.found.path = info->dlpi_name;
    search.found.offset = search.address - info->dlpi_addr;
    return 1;
  }
  return 0;
}

}  // namespace

std::string program_path() {
  std::array<char, PATH_MAX> path{};
  const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : "";
}

ModuleAddress module_address(std::uintptr_t address) {
  Search search;
  search.address = address;
  // The program itself has no name.
  if (dl_iterate_phdr(&look, &search) == 1 && search.found.path.empty()) {
    search.found.path = program_path();
  }
  return search.found;
}

}  // namespace redzone::testing
