// What the consumers run: counts the tensors of a model file, and asks a budget for too much.

#include <cstdint>
#include <cstdio>
#include <string_view>

#include "redzone/base/bytes.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/base/result.hpp"
#include "redzone/gguf/errors.hpp"
#include "redzone/gguf/reader.hpp"
#include "redzone/os/file_source.hpp"

namespace {

redzone::Result<std::uint64_t> count_tensors(const char* path, redzone::MemoryBudget& budget) {
  redzone::Result<redzone::os::FileSource> file = redzone::os::FileSource::open(path);
  if (!file) return redzone::fail(file.error());
  redzone::Result<redzone::gguf::Reader> reader = redzone::gguf::Reader::open(*file, budget);
  if (!reader) return redzone::fail(reader.error());
  return reader->tensor_count();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  redzone::MemoryBudget enough{{.max_single = redzone::kMiB, .max_total = 64 * redzone::kMiB}};
  const redzone::Result<std::uint64_t> count = count_tensors(argv[1], enough);
  if (!count) return 1;
  std::printf("tensors: %llu\n", static_cast<unsigned long long>(*count));

  redzone::MemoryBudget too_little{{.max_single = 64, .max_total = 64}};
  const redzone::Result<std::uint64_t> refused = count_tensors(argv[1], too_little);
  if (refused) return 1;
  const std::string_view name = redzone::gguf::error_name(refused.error().code);
  std::printf("refused: %.*s\n", static_cast<int>(name.size()), name.data());
  return too_little.refusal_count() == 1 ? 0 : 1;
}
