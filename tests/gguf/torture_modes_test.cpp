// Failing each distinct call stack once costs a fraction of failing each allocation, and finds the
// same mistakes: on the real reader, and on code around it that leaks and swallows on purpose.

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "redzone/base/errors.hpp"
#include "redzone/testing/all.hpp"
#include "tests/gguf/images.hpp"
#include "tests/gguf/open_support.hpp"
#include "tests/gguf/walk.hpp"
#include "tests/support/torture_reach.hpp"

namespace redzone::gguf {
namespace {

using redzone::testing::Judgement;
using redzone::testing::Torture;

constexpr std::uint64_t kRunsMax = 100'000;

struct Modes {
  Judgement every;
  Judgement once;
};

template <class Body>
Modes judge_both(Body body) {
  const redzone::testing::TestSite site = redzone::testing::detail::site_of(__FILE__, __LINE__);
  Modes modes{.every = redzone::testing::oom_safe(Torture().runs_max(kRunsMax), site, body),
              .once = redzone::testing::oom_safe(Torture().once_per_stack().runs_max(kRunsMax),
                                                 site, body)};
  std::cout << "runs: every allocation " << modes.every.run_count() << ", every stack once "
            << modes.once.run_count() << "\n";
  ::testing::Test::RecordProperty("runs_every", std::to_string(modes.every.run_count()));
  ::testing::Test::RecordProperty("runs_once_per_stack", std::to_string(modes.once.run_count()));
  return modes;
}

class TortureModes : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!tests::is_torture_whole()) {
      GTEST_SKIP() << "not measured: this build misses stacks, leaks or failures";
    }
  }

  MemoryBudget budget_{Limits{}.memory()};
};

// What an application does that wants to know a few things of a model: each by a cursor.
constexpr std::uint64_t kLookups = 32;

[[nodiscard]] Result<bool> has_key(const Reader& reader, std::string_view key) {
  Result<MetadataCursor> cursor = reader.metadata();
  if (!cursor) return fail(cursor.error());
  while (true) {
    const Result<const MetadataEntry*> entry = cursor->next();
    if (!entry) return fail(entry.error());
    if (*entry == nullptr) return false;
    if ((*entry)->key == key) return true;
  }
}

TEST_F(TortureModes, OncePerStackNeedsAFifthOfTheRuns) {
  const std::vector<std::byte> image = many(200, 200);
  std::array<std::string, kLookups> keys;
  for (std::uint64_t index = 0; index < kLookups; ++index) {
    keys.at(index) = "key." + std::to_string(index * 3);
  }
  os::MemorySource source(image);
  const Modes modes = judge_both([&] {
    const Result<Reader> reader =
        Reader::open_with_key(source, budget_, Limits{}, nullptr, kTestKey);
    if (!reader) return false;
    for (const std::string& key : keys) {
      const Result<bool> found = has_key(*reader, key);
      if (!found) return false;
      EXPECT_TRUE(*found);
    }
    return walk_all(*reader).has_value();
  });
  EXPECT_TRUE(modes.every) << modes.every.message();
  EXPECT_TRUE(modes.once) << modes.once.message();
  EXPECT_GE(modes.every.run_count(), 5 * modes.once.run_count());
}

// Blocks that were lost, until they are freed for the sake of the leak checkers.
class Lost {
 public:
  Lost() = default;
  Lost(const Lost&) = delete;
  Lost& operator=(const Lost&) = delete;
  ~Lost() {
    for (std::size_t index = 0; index < count_; ++index) std::free(blocks_.at(index));
  }
  void lose(void* block) { blocks_.at(count_++) = block; }

 private:
  std::array<void*, 1 << 16> blocks_{};
  std::size_t count_ = 0;
};

[[gnu::noinline]] char* copy(std::string_view text) {
  char* const copied = static_cast<char*>(std::malloc(text.size() + 1));
  if (copied == nullptr) return nullptr;
  std::memcpy(copied, text.data(), text.size());
  copied[text.size()] = '\0';
  return copied;
}

// For each tensor its name and a label; loses the name when there is no memory for the label.
[[gnu::noinline]] Status label_tensors(TensorCursor& cursor, Lost& lost) {
  while (true) {
    const Result<const TensorEntry*> tensor = cursor.next();
    if (!tensor) return fail(tensor.error());
    if (*tensor == nullptr) return {};
    char* const name = copy((*tensor)->name);
    if (name == nullptr) return fail(make_error(BaseCode::out_of_memory));
    char* const label = copy("label");
    if (label == nullptr) {
      lost.lose(name);
      return fail(make_error(BaseCode::out_of_memory));
    }
    std::free(label);
    std::free(name);
  }
}

// For each entry its key; goes on without it when there is no memory.
[[gnu::noinline]] Status copy_keys(MetadataCursor& cursor) {
  while (true) {
    const Result<const MetadataEntry*> entry = cursor.next();
    if (!entry) return fail(entry.error());
    if (*entry == nullptr) return {};
    std::free(copy((*entry)->key));
  }
}

TEST_F(TortureModes, BothFindTheSamePlantedMistakes) {
  const std::vector<std::byte> image = many(30, 60);
  os::MemorySource source(image);
  Lost lost;
  const Modes modes = judge_both([&] {
    const Result<Reader> reader =
        Reader::open_with_key(source, budget_, Limits{}, nullptr, kTestKey);
    if (!reader) return false;
    Result<MetadataCursor> metadata = reader->metadata();
    Result<TensorCursor> tensors = reader->tensors();
    return metadata && tensors && copy_keys(*metadata) && label_tensors(*tensors, lost);
  });
  for (const Judgement* judgement : {&modes.every, &modes.once}) {
    EXPECT_FALSE(*judgement);
    for (const char* part : {"leaked: ", "swallowed: ", "label_tensors", "copy_keys"}) {
      EXPECT_NE(judgement->message().find(part), std::string::npos) << part << " is not in\n"
                                                                    << judgement->message();
    }
  }
  EXPECT_GE(modes.every.run_count(), 5 * modes.once.run_count());
}

}  // namespace
}  // namespace redzone::gguf
