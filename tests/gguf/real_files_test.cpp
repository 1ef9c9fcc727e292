// Vocabularies that llama.cpp published, read from the folder that REDZONE_GGUF_DIR names. The
// facts of the table were taken from the files by a parser that shares nothing with this one;
// `digest` is the 64-bit FNV-1a hash of describe()'s text, so that each key, value and first
// element counts.

#include <gtest/gtest.h>

#include <cctype>
#include <cstdint>
#include <cstdlib>
#include <ostream>
#include <string>
#include <string_view>

#include "redzone/os/file_source.hpp"
#include "tests/gguf/describe.hpp"
#include "tests/gguf/open_support.hpp"  // IWYU pragma: keep

namespace redzone::gguf {
namespace {

struct Facts {
  const char* name;
  std::uint64_t file_size_bytes;
  std::uint64_t metadata_count;
  std::uint64_t header_end;
  std::uint64_t data_offset;
  std::uint64_t digest;
};

void PrintTo(const Facts& facts, std::ostream* out) { *out << facts.name; }

class GgufRealFile : public testing::TestWithParam<Facts> {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("REDZONE_GGUF_DIR");
    if (folder == nullptr || *folder == '\0') {
      GTEST_SKIP() << "REDZONE_GGUF_DIR is not set: it names the folder of the real GGUF files";
    }
    path_ = std::string(folder) + "/" + GetParam().name;
  }

  std::string path_;
};

INSTANTIATE_TEST_SUITE_P(
    Vocabularies, GgufRealFile,
    testing::Values(
        Facts{"ggml-vocab-bert-bge.gguf", 627549, 20, 627549, 627552, 0x9270061822e8d0aa},
        Facts{"ggml-vocab-deepseek-coder.gguf", 1156067, 25, 1156067, 1156096, 0xfb4ebeed92151135},
        Facts{"ggml-vocab-falcon.gguf", 2287728, 18, 2287728, 2287744, 0x0426dd490e2405ba},
        Facts{"ggml-vocab-gpt-2.gguf", 1766807, 16, 1766807, 1766816, 0xe56e59e9d070bc82},
        Facts{"ggml-vocab-llama-spm.gguf", 723869, 22, 723869, 723872, 0x88ac14599041e373}),
    [](const testing::TestParamInfo<Facts>& facts) {
      std::string name;
      for (const char character : std::string(facts.param.name)) {
        if (std::isalnum(static_cast<unsigned char>(character)) != 0) name += character;
      }
      return name;
    });

std::uint64_t fnv1a(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char character : text) {
    hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001b3;
  }
  return hash;
}

TEST_P(GgufRealFile, IsReadAsItIs) {
  const Facts& facts = GetParam();
  Result<os::FileSource> source = os::FileSource::open(path_.c_str());
  ASSERT_TRUE(source) << path_;
  MemoryBudget budget{Limits{}.memory()};
  const Result<Reader> reader = Reader::open(*source, budget);
  ASSERT_TRUE(reader) << ErrorText(reader.error(), error_name(reader.error().code)).view();
  reader->check_invariants();
  EXPECT_EQ(reader->version(), 3U);
  EXPECT_EQ(reader->endianness(), Endianness::little);
  EXPECT_EQ(reader->alignment(), 32U);
  EXPECT_EQ(reader->file_size_bytes(), facts.file_size_bytes);
  EXPECT_EQ(reader->metadata_count(), facts.metadata_count);
  EXPECT_EQ(reader->tensor_count(), 0U);
  EXPECT_EQ(reader->header_end(), facts.header_end);
  EXPECT_EQ(reader->data_offset(), facts.data_offset);
  EXPECT_EQ(reader->warnings().total(), 0U);
  const Result<std::string> text = describe(*reader);
  ASSERT_TRUE(text);
  EXPECT_EQ(fnv1a(*text), facts.digest) << *text;
  EXPECT_LE(budget.largest_allocation_bytes(), 1 * kMiB);
  EXPECT_LT(budget.peak_bytes(), 8 * kMiB);
  EXPECT_LE(budget.peak_bytes(), peak_bytes_max(Limits{}, facts.metadata_count, 0));
}

TEST_P(GgufRealFile, GivesTheSameThroughTheSmallestWindow) {
  Result<os::FileSource> source = os::FileSource::open(path_.c_str());
  ASSERT_TRUE(source) << path_;
  const Limits limits{.window = kWindowBytesMin};
  MemoryBudget budget{limits.memory()};
  const Result<Reader> reader = Reader::open(*source, budget, limits);
  ASSERT_TRUE(reader);
  const Result<std::string> text = describe(*reader);
  ASSERT_TRUE(text);
  EXPECT_EQ(fnv1a(*text), GetParam().digest);
}

}  // namespace
}  // namespace redzone::gguf
