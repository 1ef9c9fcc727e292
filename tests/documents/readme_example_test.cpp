#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "redzone/base/result.hpp"
#include "redzone/gguf/errors.hpp"
#include "redzone/gguf/reader.hpp"
#include "redzone/os/file_source.hpp"
#include "tests/support/gguf_builder.hpp"
#include "tests/support/run_redzone.hpp"

namespace redzone::cli {
namespace {

// The example of README.md, to the letter: documents_test.py holds the two together.
redzone::Result<std::uint64_t> count_tensors(const char* path) {
  redzone::Result<redzone::os::FileSource> file = redzone::os::FileSource::open(path);
  if (!file) return redzone::fail(file.error());
  redzone::MemoryBudget budget{{.max_single = redzone::kMiB, .max_total = 64 * redzone::kMiB}};
  redzone::Result<redzone::gguf::Reader> reader = redzone::gguf::Reader::open(*file, budget);
  if (!reader) return redzone::fail(reader.error());
  return reader->tensor_count();
}

TEST(ReadmeExample, CountsTheTensorsOfAFile) {
  const Folder folder;
  tests::GgufBuilder file;
  file.tensor({.name = "first"}).tensor({.name = "second"});
  const std::vector<std::byte> image = file.build();
  folder.write("model.gguf", {reinterpret_cast<const char*>(image.data()), image.size()});
  EXPECT_EQ(count_tensors((folder.path() / "model.gguf").c_str()), 2u);
}

TEST(ReadmeExample, SaysWhyAFileWasRejected) {
  const Folder folder;
  folder.write("page.gguf", "<!DOCTYPE html><html></html>");
  const Result<std::uint64_t> count = count_tensors((folder.path() / "page.gguf").c_str());
  ASSERT_FALSE(count);
  EXPECT_EQ(gguf::error_name(count.error().code), "BAD_MAGIC");
}

}  // namespace
}  // namespace redzone::cli
