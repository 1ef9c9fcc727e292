// Every fallible function of gguf while memory fails and while reads go wrong: it takes no memory
// or says that there is none, leaves nothing behind, and never calls a bad read a good file.

#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "redzone/base/errors.hpp"
#include "redzone/os/errors.hpp"
#include "redzone/os/fault_injecting_source.hpp"
#include "redzone/os/file_source.hpp"
#include "redzone/testing/all.hpp"
#include "redzone/testing/io_faults.hpp"
#include "tests/gguf/describe.hpp"
#include "tests/gguf/images.hpp"
#include "tests/gguf/open_support.hpp"
#include "tests/gguf/walk.hpp"
#include "tests/support/fallible_functions.hpp"

namespace redzone::gguf {
namespace {

using tests::GgufBuilder;

constexpr Limits kSmallWindow{.window = kWindowBytesMin};

// A file in memory, its source, and a budget that has to be empty in the end.
class GgufTorture : public ::testing::Test {
 protected:
  // What malloc gives is overwritten: else a window that was not filled would hold what the run
  // before had read into the same memory, which is right by chance.
  void SetUp() override { ::mallopt(M_PERTURB, 0x5a); }
  void TearDown() override {
    ::mallopt(M_PERTURB, 0);
    EXPECT_EQ(budget_.live_bytes(), 0U);
    EXPECT_EQ(budget_.refusal_count(), 0U);
    budget_.check_invariants();
  }

  [[nodiscard]] Result<Reader> open(os::ByteSource& source, OpenReport* report = nullptr) {
    return Reader::open_with_key(source, budget_, kSmallWindow, report, kTestKey);
  }
  // An error that says that there is no memory, as long as no file was bad.
  static void expect_out_of_memory(const Error& error) {
    EXPECT_EQ(error.code, error_code(BaseCode::out_of_memory));
  }

  // Whether the file could be read. It is never judged by bytes that were not: what a bad read
  // leads to is the error of the read.
  [[nodiscard]] bool reads_whole(os::ByteSource& source, const std::string& whole) {
    const Result<Reader> reader = open(source);
    const Result<std::string> text = reader ? describe(*reader) : fail(reader.error());
    if (text) {
      EXPECT_EQ(*text, whole);
      return true;
    }
    EXPECT_TRUE(text.error().code == error_code(os::Code::read_failed) ||
                text.error().code == error_code(os::Code::read_interrupted))
        << error_name(text.error().code);
    return false;
  }

  MemoryBudget budget_{kSmallWindow.memory()};
  std::vector<std::byte> image_ = everything({}, 9000).build();
  os::MemorySource memory_{image_};
};

TEST_F(GgufTorture, EveryFallibleFunctionIsTortured) {
  tests::expect_all_tortured(
      "gguf", __FILE__,
      {{"reader.hpp: open", "GgufTorture.OpensWithARandomKeyOrSaysWhyNot"},
       {"reader.hpp: open_with_key", "GgufTorture.OpensAndWalksOrSaysWhyNot"},
       {"reader.hpp: metadata", "GgufTorture.OpensAndWalksOrSaysWhyNot"},
       {"reader.hpp: tensors", "GgufTorture.OpensAndWalksOrSaysWhyNot"},
       {"reader.hpp: read_name", "GgufTorture.ANameIsReadWithoutMemory"},
       {"cursor.hpp: next", "GgufTorture.CursorsMoveOnWithoutMemory"},
       {"limits.hpp: check_limits", "GgufTorture.LimitsAreCheckedWithoutMemory"}});
}

TEST_F(GgufTorture, OpensAndWalksOrSaysWhyNot) {
  EXPECT_OOM_SAFE({
    OpenReport report;
    const Result<Reader> reader = open(memory_, &report);
    if (!reader) {
      expect_out_of_memory(reader.error());
      return false;
    }
    const Result<std::uint64_t> entries = walk_all(*reader);
    if (!entries) expect_out_of_memory(entries.error());
    return entries.has_value();
  });
}

TEST_F(GgufTorture, OpensWithARandomKeyOrSaysWhyNot) {
  EXPECT_OOM_SAFE({ return Reader::open(memory_, budget_, kSmallWindow); });
}

// Tables of several pages, and an order of tensors that has to be made.
TEST_F(GgufTorture, ManyPagesAreAllGivenBack) {
  const std::vector<std::byte> image = many(2100, 2100);
  os::MemorySource source(image);
  EXPECT_OOM_SAFE_WITH(redzone::testing::Torture().once_per_stack(), {
    const Result<Reader> reader = open(source);
    return reader && walk_all(*reader) == 4200U;
  });
}

TEST_F(GgufTorture, ARejectedFileLeavesNothingBehind) {
  std::array<GgufBuilder, 3> files;
  files[0].u8("same", 1).u8("same", 1);
  files[1].tensor({.name = "one", .offset = 0}).tensor({.name = "two", .offset = 0});
  files[2].tensor({.name = "one", .offset = 1 << 20});
  const std::array codes{Code::duplicate_key, Code::tensor_overlap, Code::tensor_out_of_file};
  for (std::size_t index = 0; index < files.size(); ++index) {
    const std::vector<std::byte> image = files[index].build();
    os::MemorySource source(image);
    EXPECT_OOM_SAFE({
      OpenReport report;
      const Result<Reader> reader = open(source, &report);
      EXPECT_FALSE(reader);
      EXPECT_TRUE(reader.error().code == error_code(codes[index]) ||
                  reader.error().code == error_code(BaseCode::out_of_memory));
      return reader.has_value();
    });
  }
}

TEST_F(GgufTorture, AReaderOutlivesCursorsThatCouldNotBe) {
  const Result<Reader> reader = open(memory_);
  ASSERT_TRUE(reader);
  const Result<std::string> before = describe(*reader);
  EXPECT_OOM_SAFE({ return walk_all(*reader); });
  EXPECT_EQ(describe(*reader), before);
  reader->check_invariants();
}

TEST_F(GgufTorture, CursorsMoveOnWithoutMemory) {
  const Result<Reader> reader = open(memory_);
  ASSERT_TRUE(reader);
  Result<MetadataCursor> metadata = reader->metadata();
  Result<TensorCursor> tensors = reader->tensors();
  ASSERT_TRUE(metadata && tensors);
  EXPECT_NO_ALLOCATION({
    EXPECT_EQ(walk(*metadata), reader->metadata_count());
    EXPECT_EQ(walk(*tensors), reader->tensor_count());
  });
}

TEST_F(GgufTorture, ANameIsReadWithoutMemory) {
  OpenReport report;
  ASSERT_TRUE(open(memory_, &report));
  EXPECT_NO_ALLOCATION({
    std::array<char, 64> name{};
    EXPECT_EQ(read_name(memory_, report, 24, name), "general.alignment");
    EXPECT_FALSE(read_name(memory_, report, image_.size(), name));
  });
}

TEST_F(GgufTorture, LimitsAreCheckedWithoutMemory) {
  EXPECT_NO_ALLOCATION({
    EXPECT_TRUE(check_limits(kSmallWindow));
    EXPECT_FALSE(check_limits(Limits{.window = 1}));
  });
}

TEST_F(GgufTorture, StandsBadReadsOfASource) {
  const std::string whole = *describe(*open(memory_));
  os::FaultInjectingSource source(memory_);
  EXPECT_IO_SAFE(source, { return reads_whole(source, whole); });
}

TEST_F(GgufTorture, StandsBadReadsOfANameThatIsThere) {
  OpenReport report;
  ASSERT_TRUE(open(memory_, &report));
  os::FaultInjectingSource source(memory_);
  EXPECT_IO_SAFE(source, {
    std::array<char, 64> name{};
    const Result<std::string_view> text = read_name(source, report, 24, name);
    EXPECT_EQ(text.value_or("general.alignment"), "general.alignment");
    return text.has_value();
  });
}

TEST_F(GgufTorture, StandsBadReadsWhileNamesAreCompared) {
  const std::vector<std::byte> image = GgufBuilder().u8("same", 1).u8("same", 1).build();
  os::MemorySource memory(image);
  os::FaultInjectingSource source(memory);
  EXPECT_IO_SAFE(source, {
    const Result<Reader> reader = open(source);
    EXPECT_FALSE(reader);
    return reader.error().code == error_code(Code::duplicate_key);
  });
}

// The system's own calls, below everything that is ours.
TEST_F(GgufTorture, StandsBadReadsOfAFile) {
  const std::string whole = *describe(*open(memory_));
  const std::filesystem::path path = std::filesystem::path(::testing::TempDir()) /
                                     ("redzone-torture-" + std::to_string(::getpid()) + ".gguf");
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(image_.data()),
             static_cast<std::streamsize>(image_.size()));
  redzone::testing::IoFaults reads;
  EXPECT_IO_SAFE(reads, {
    Result<os::FileSource> file = os::FileSource::open(path.c_str());
    return file && reads_whole(*file, whole);
  });
  std::filesystem::remove(path);
}

// A source whose size cannot be had; in the way of a read, so that the torture can arm it.
class SizeFaults final : public os::ByteSource {
 public:
  explicit SizeFaults(os::ByteSource& source) : source_(source) {}

  void arm(const os::FaultPlan& plan) {
    plan_ = plan;
    count_ = 0;
  }
  void disarm() { plan_.nth = UINT64_MAX; }
  [[nodiscard]] std::uint64_t operations() const { return count_; }

  Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) override {
    return source_.read_at(offset, out);
  }
  Result<std::uint64_t> size_bytes() override {
    ++count_;
    if (count_ < plan_.nth || (count_ > plan_.nth && !plan_.for_ever)) return source_.size_bytes();
    if (plan_.kind == os::FaultKind::returns_short) return *source_.size_bytes() / 2;
    return fail(make_error(os::Code::size_unknown).with_field("fstat").with_value(EIO));
  }

 private:
  os::ByteSource& source_;
  os::FaultPlan plan_{.nth = UINT64_MAX};
  std::uint64_t count_ = 0;
};

TEST_F(GgufTorture, StandsASourceWhoseSizeIsNotToBeHad) {
  SizeFaults source(memory_);
  EXPECT_IO_SAFE(source, {
    const Result<Reader> reader = open(source);
    EXPECT_TRUE(!reader || reader->file_size_bytes() == image_.size());
    return reader.has_value();
  });
}

}  // namespace
}  // namespace redzone::gguf
