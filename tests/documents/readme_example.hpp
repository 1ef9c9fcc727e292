#pragma once
// The example of README.md, to the letter: documents_test.py holds the two together, and
// readme_example_test.cpp runs it.

#include "redzone/gguf/reader.hpp"
#include "redzone/os/file_source.hpp"

redzone::Result<std::uint64_t> count_tensors(const char* path) {
  redzone::Result<redzone::os::FileSource> file = redzone::os::FileSource::open(path);
  if (!file) return redzone::fail(file.error());
  redzone::MemoryBudget budget{{.max_single = redzone::kMiB, .max_total = 64 * redzone::kMiB}};
  redzone::Result<redzone::gguf::Reader> reader = redzone::gguf::Reader::open(*file, budget);
  if (!reader) return redzone::fail(reader.error());
  return reader->tensor_count();
}
