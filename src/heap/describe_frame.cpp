#include <cxxabi.h>
#include <dlfcn.h>

#include <cstdlib>
#include <cstring>

#include "heap/line_buffer.hpp"
#include "heap/thread_state.hpp"
#include "redzone/heap/stack.hpp"

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming): names of the run-time
extern "C" __attribute__((weak)) void __sanitizer_symbolize_pc(void* address, const char* format,
                                                               char* out, std::size_t out_bytes);
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)

namespace redzone::heap {

namespace {

const char* copy(const char* text, std::size_t text_bytes, char* out, std::size_t out_bytes) {
  if (out_bytes == 0) return out;
  const std::size_t count = text_bytes < out_bytes - 1 ? text_bytes : out_bytes - 1;
  std::memcpy(out, text, count);
  out[count] = '\0';
  return out;
}

const char* file_of(const char* path) {
  const char* slash = std::strrchr(path, '/');
  return slash == nullptr ? path : slash + 1;
}

// The symbolizer of a sanitizer: "function file:line", or false when it knows no function.
bool describe_by_run_time(std::uintptr_t address, LineBuffer& line) {
  if (__sanitizer_symbolize_pc == nullptr) return false;
  char text[400] = "";
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a return address is all there is
  __sanitizer_symbolize_pc(reinterpret_cast<void*>(address), "%f\t%s\t%l", text, sizeof(text));
  char* file = std::strchr(text, '\t');
  char* number = file == nullptr ? nullptr : std::strchr(file + 1, '\t');
  if (number == nullptr || text[0] == '<' || text[0] == '\t') return false;
  *file++ = '\0';
  *number++ = '\0';
  line.add(text);
  // Without debug information there is no file, and line 0.
  if (*file != '\0' && *file != '<' && std::strcmp(number, "0") != 0) {
    line.add(" ").add(file_of(file)).add(":").add(number);
  }
  return true;
}

// "function+0x1f module", or "module+0x1f3a" for what the dynamic symbol table leaves out.
void describe_by_symbols(std::uintptr_t address, LineBuffer& line) {
  Dl_info info = {};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): a return address is all there is
  if (dladdr(reinterpret_cast<void*>(address), &info) == 0 || info.dli_fname == nullptr) {
    line.add("0x").add(address, 16);
    return;
  }
  if (info.dli_sname == nullptr) {
    const std::uintptr_t base = reinterpret_cast<std::uintptr_t>(info.dli_fbase);
    line.add(file_of(info.dli_fname)).add("+0x").add(address - base, 16);
    return;
  }
  int status = 0;
  char* name = abi::__cxa_demangle(info.dli_sname, nullptr, nullptr, &status);
  const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(info.dli_saddr);
  line.add(name != nullptr ? name : info.dli_sname).add("+0x").add(address - begin, 16);
  line.add(" ").add(file_of(info.dli_fname));
  std::free(name);
}

}  // namespace

const char* describe_frame(const Stack& stack, std::size_t index, char* buffer,
                           std::size_t buffer_bytes) {
  const Unwatched unwatched;
  LineBuffer line;
  if (index < stack.size()) {
    const std::uintptr_t call = stack[index] - 1;  // within the call, not behind it
    if (!describe_by_run_time(call, line)) describe_by_symbols(call, line);
  }
  return copy(line.text(), line.size(), buffer, buffer_bytes);
}

}  // namespace redzone::heap
