#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "redzone/gguf/errors.hpp"
#include "tests/documents/readme_example.hpp"
#include "tests/support/gguf_builder.hpp"
#include "tests/support/run_redzone.hpp"

namespace redzone::cli {
namespace {

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
