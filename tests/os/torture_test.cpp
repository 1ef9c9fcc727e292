// Every fallible function of os while memory fails and while reads go wrong: it takes no memory or
// says that there is none, stands short and interrupted reads, and reports those that fail.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "os/pipe.hpp"
#include "os/random_fill.hpp"
#include "redzone/base/errors.hpp"
#include "redzone/os/fault_injecting_source.hpp"
#include "redzone/os/file_source.hpp"
#include "redzone/os/memory_source.hpp"
#include "redzone/os/process.hpp"
#include "redzone/os/random.hpp"
#include "redzone/testing/all.hpp"
#include "redzone/testing/io_faults.hpp"
#include "tests/os/process_probe.hpp"
#include "tests/os/temporary_directory.hpp"
#include "tests/support/fallible_functions.hpp"

namespace redzone::os {
namespace {

using redzone::testing::IoFaultPlan;
using redzone::testing::IoFaults;

constexpr std::size_t kContentBytes = 200;
constexpr MemoryBudget::Limits kLimits{.max_single = 1 * kMiB, .max_total = 4 * kMiB};

// Fixed memory, so that a block under test allocates nothing of its own.
using Content = std::array<std::byte, kContentBytes>;

Content content() {
  Content bytes{};
  for (std::size_t index = 0; index < bytes.size(); ++index) {
    bytes[index] = static_cast<std::byte>(index + 1);
  }
  return bytes;
}

std::string_view text_of(const Content& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Reads all, in pieces that end at no round number; success only when every byte is right.
bool reads_all(ByteSource& source) {
  const Content expected = content();
  Content found{};
  for (std::size_t at = 0; at < found.size();) {
    const std::size_t count = std::min<std::size_t>(37, found.size() - at);
    const Result<std::size_t> got = read_fully(source, at, std::span(found).subspan(at, count));
    if (!got) return false;
    EXPECT_EQ(*got, count);
    at += count;
  }
  EXPECT_EQ(found, expected);
  return found == expected;
}

// A descriptor under another number, until the end of the scope.
class InPlaceOf {
 public:
  InPlaceOf(int number, int replacement) : number_(number), before_(::dup(number)) {
    ::dup2(replacement, number);
  }
  InPlaceOf(const InPlaceOf&) = delete;
  InPlaceOf& operator=(const InPlaceOf&) = delete;
  ~InPlaceOf() {
    if (before_ < 0) {
      ::close(number_);
    } else {
      ::dup2(before_, number_);
      ::close(before_);
    }
  }

 private:
  int number_;
  int before_;  // -1: it was closed
};

TEST(OsTorture, EveryFallibleFunctionIsTortured) {
  tests::expect_all_tortured(
      "os", __FILE__,
      {{"byte_source.hpp: read_at", "OsTorture.ReadingTakesNoMemory"},
       {"byte_source.hpp: size_bytes", "OsTorture.ReadingTakesNoMemory"},
       {"byte_source.hpp: read_fully", "OsTorture.ReadingTakesNoMemory"},
       {"memory_source.hpp: read_at", "OsTorture.ReadingTakesNoMemory"},
       {"memory_source.hpp: size_bytes", "OsTorture.ReadingTakesNoMemory"},
       {"fault_injecting_source.hpp: read_at", "OsTorture.ReadingTakesNoMemory"},
       {"fault_injecting_source.hpp: size_bytes", "OsTorture.ReadingTakesNoMemory"},
       {"file_source.hpp: open", "OsTorture.AFileTakesNoMemory"},
       {"file_source.hpp: standard_input", "OsTorture.AFileTakesNoMemory"},
       {"file_source.hpp: read_at", "OsTorture.AFileTakesNoMemory"},
       {"file_source.hpp: size_bytes", "OsTorture.AFileTakesNoMemory"},
       {"random.hpp: random_key", "OsTorture.AKeyTakesNoMemory"},
       {"process.hpp: run_process", "ProcessTorture.RunsOrSaysThatThereIsNoMemory"}});
}

TEST(OsTorture, ReadingTakesNoMemory) {
  const Content bytes = content();
  EXPECT_NO_ALLOCATION({
    MemorySource memory{std::span<const std::byte>(bytes)};
    FaultInjectingSource source(memory);
    EXPECT_TRUE(reads_all(source));
    EXPECT_EQ(source.size_bytes(), bytes.size());
    source.arm({.kind = FaultKind::is_interrupted, .nth = 1, .for_ever = true});
    EXPECT_FALSE(reads_all(source));
    std::byte one{};
    EXPECT_FALSE(read_fully(source, UINT64_MAX, std::span(&one, 1)));
  });
}

TEST(OsTorture, ReadingStandsBadReads) {
  const Content bytes = content();
  MemorySource memory{std::span<const std::byte>(bytes)};
  FaultInjectingSource source(memory);
  EXPECT_IO_SAFE(source, { return reads_all(source); });
}

TEST(OsTorture, AFileTakesNoMemory) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("content", text_of(content()));
  const std::string folder = directory.path();
  const std::string missing = directory.path_of("missing");
  const Descriptor input(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const InPlaceOf replaced(STDIN_FILENO, input.get());
  EXPECT_NO_ALLOCATION({
    Result<FileSource> file = FileSource::open(path.c_str());
    EXPECT_TRUE(file && reads_all(*file));
    EXPECT_TRUE(file->size_bytes() == kContentBytes);
    std::byte one{};
    EXPECT_FALSE(file->read_at(UINT64_MAX, std::span(&one, 1)));
    EXPECT_FALSE(FileSource::open(missing.c_str()));
    EXPECT_FALSE(FileSource::open(folder.c_str()));
    Result<FileSource> standard = FileSource::standard_input();
    EXPECT_TRUE(standard && reads_all(*standard));
  });
}

TEST(OsTorture, AFileStandsBadReads) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("content", text_of(content()));
  IoFaults reads;
  EXPECT_IO_SAFE(reads, {
    Result<FileSource> file = FileSource::open(path.c_str());
    return file && reads_all(*file);
  });
}

// A single read is not made good: what it says is what the system said.
TEST(OsTorture, OneReadOfAFileSaysWhatHappened) {
  const TemporaryDirectory directory;
  const std::string path = directory.write("content", text_of(content()));
  Result<FileSource> file = FileSource::open(path.c_str());
  ASSERT_TRUE(file);
  IoFaults reads;
  EXPECT_IO_SAFE(reads, {
    Content found{};
    const Result<std::size_t> got = file->read_at(0, found);
    if (!got) return false;
    const Content expected = content();
    EXPECT_TRUE(std::equal(found.begin(), found.begin() + *got, expected.begin()));
    return *got > 0;
  });
}

TEST(OsTorture, AKeyTakesNoMemory) {
  EXPECT_NO_ALLOCATION({ EXPECT_TRUE(random_key()); });
}

// getrandom as a source that goes wrong.
class Random {
 public:
  void arm(const FaultPlan& next) {
    plan = next;
    count = 0;
  }
  void disarm() { plan.nth = UINT64_MAX; }
  [[nodiscard]] std::uint64_t operations() const { return count; }

  static std::ptrdiff_t give(void* buffer, std::size_t size_bytes, unsigned flags) {
    ++count;
    if (count < plan.nth || (count > plan.nth && !plan.for_ever)) {
      return ::getrandom(buffer, size_bytes, flags);
    }
    switch (plan.kind) {
      case FaultKind::fails:
        errno = EIO;
        return -1;
      case FaultKind::is_interrupted:
        errno = EINTR;
        return -1;
      case FaultKind::returns_short:
        break;
    }
    return ::getrandom(buffer, std::max<std::size_t>(1, size_bytes / 2), flags);
  }

 private:
  static inline FaultPlan plan;
  static inline std::uint64_t count = 0;
};

TEST(OsTorture, AKeyStandsBadReads) {
  Random source;
  EXPECT_IO_SAFE(source, {
    std::array<std::byte, 64> key{};
    if (!fill_random(key, &Random::give)) return false;
    // What was not filled would be 0 still; one byte in 256 is 0 by chance, 16 in a row never.
    for (std::size_t at = 0; at < key.size(); at += 16) {
      const auto part = std::span(key).subspan(at, 16);
      EXPECT_FALSE(std::ranges::all_of(part, [](std::byte byte) { return byte == std::byte{0}; }));
    }
    return true;
  });
}

// A pipe that has ended, so that the number of reads does not depend on when somebody writes.
TEST(OsTorture, CollectingFromAPipeStandsBadReads) {
  MemoryBudget budget(kLimits);
  const Content bytes = content();
  IoFaults reads;
  EXPECT_IO_SAFE(reads, {
    Result<Pipe> pipe = make_pipe(PipeUser::reads, "test.pipe");
    CapturedOutput output;
    output.buffer = std::move(*BudgetedBuffer::allocate(budget, 128, "test.output"));
    EXPECT_EQ(::write(pipe->write_end.get(), bytes.data(), bytes.size()),
              static_cast<ssize_t>(bytes.size()));
    pipe->write_end.close();
    const Result<bool> has_ended = collect(pipe->read_end.get(), output, 1 * kMiB);
    if (!has_ended) return false;
    EXPECT_TRUE(*has_ended);
    EXPECT_EQ(output.total_bytes, bytes.size());
    EXPECT_EQ(output.text(), text_of(bytes).substr(0, 128));
    return true;
  });
  EXPECT_EQ(budget.live_bytes(), 0U);
}

class ProcessTorture : public ProcessTest {
 protected:
  // Whether the child could be run; what it said has to be right then.
  bool runs() {
    const std::array arguments{"/bin/sh", "-c", "cat; echo said >&2"};
    const std::array environment{"REDZONE_TEST=1"};
    const std::string_view input = "what is read";
    const Result<ProcessOutcome> outcome =
        run_process({.arguments = arguments,
                     .environment = environment,
                     .standard_input = std::as_bytes(std::span(input)),
                     .output_bytes_max = 4096},
                    budget_);
    if (!outcome) {
      error_ = outcome.error();
      return false;
    }
    EXPECT_TRUE(outcome->has_succeeded());
    EXPECT_EQ(outcome->standard_output.text(), input);
    EXPECT_EQ(outcome->standard_error.text(), "said\n");
    return true;
  }

  MemoryBudget budget_{kLimits};
  Error error_;
};

TEST_F(ProcessTorture, RunsOrSaysThatThereIsNoMemory) {
  EXPECT_OOM_SAFE({
    const bool has_run = runs();
    EXPECT_TRUE(has_run || error_.code == error_code(BaseCode::out_of_memory));
    EXPECT_EQ(budget_.live_bytes(), 0U);
    return has_run;
  });
}

// How often a pipe is read depends on when the child writes; the first read is always there.
class FirstRead {
 public:
  void arm(const IoFaultPlan& plan) { reads_.arm(plan); }
  void disarm() { reads_.disarm(); }
  [[nodiscard]] std::uint64_t operations() const {
    return std::min<std::uint64_t>(reads_.operations(), 1);
  }

 private:
  IoFaults reads_;
};

TEST_F(ProcessTorture, StandsBadReadsOfItsPipes) {
  FirstRead read;
  EXPECT_IO_SAFE(read, {
    const bool has_run = runs();
    EXPECT_EQ(budget_.live_bytes(), 0U);
    return has_run;
  });
}

}  // namespace
}  // namespace redzone::os
