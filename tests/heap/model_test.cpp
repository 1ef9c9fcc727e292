// Random programs of allocations, compared with a model that adds and subtracts. The seed is
// printed when they differ; REDZONE_SEED=N repeats one.

#include <malloc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <new>
#include <optional>
#include <random>
#include <string>

#include "tests/heap/expect_figures.hpp"

namespace redzone::heap {
namespace {

struct ModelScope {
  explicit ModelScope(const ScopeOptions& options) : scope(options) {}
  std::uint64_t begin = 0;  // number of the first block that belongs to it
  Expected expected;
  Scope scope;
};

struct ModelBlock {
  void* address = nullptr;
  std::uint64_t size_bytes = 0;
  std::uint64_t number = 0;
  bool is_aligned_new = false;
};

constexpr auto kAlignment = std::align_val_t{128};

// libstdc++ asks malloc for a multiple of the alignment; the operators of a sanitizer do not.
bool rounds_aligned_new() {
  Scope scope;
  ::operator delete(escape(::operator new(1, kAlignment)), kAlignment);
  return scope.figures().largest_bytes == 128U;
}

class Program {
 public:
  explicit Program(std::uint64_t seed) : random_(seed) {}

  void run(std::uint32_t steps) {
    for (std::uint32_t i = 0; i < steps && !testing::Test::HasFatalFailure(); ++i) {
      step();
      if (i % 16 == 0) compare();
    }
    compare();
    for (const ModelBlock& block : blocks_) release(block);
  }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  void step() {
    const std::uint64_t choice = below(100);
    if (choice < 4) {
      // Any of them: scopes may overlap.
      std::optional<ModelScope>& scope = scopes_[below(scopes_.size())];
      scope.has_value() ? scope.reset() : open(scope);
    } else {
      ModelBlock& block = blocks_[below(blocks_.size())];
      if (block.address == nullptr) {
        allocate(block);
      } else if (choice < 30 && !block.is_aligned_new) {
        resize(block);
      } else {
        release(block);
        take_off(block);
        block = ModelBlock();
      }
    }
  }

  void open(std::optional<ModelScope>& scope) {
    ScopeOptions options;
    options.who = below(3) == 0 ? Who::this_thread : Who::process;
    options.record_blocks = below(4) == 0;
    if (below(4) == 0) options.explain_peak_bytes = below(100000);
    scope.emplace(options);
    scope->begin = next_number_;
  }

  void allocate(ModelBlock& block) {
    block.size_bytes = next_size();
    const std::size_t size_bytes = block.size_bytes;
    switch (below(back_end_facts().tells_aligned ? 6 : 5)) {
      case 0:
        block.address = std::malloc(size_bytes);
        break;
      case 1:
        block.address = std::calloc(size_bytes, 1);
        break;
      case 2:
        block.address = std::realloc(nullptr, size_bytes);
        break;
      case 3:
        block.address = ::operator new(size_bytes, kAlignment);
        block.is_aligned_new = true;
        if (rounds_aligned_new_) block.size_bytes = (size_bytes + 127) / 128 * 128;
        break;
      case 4:
        block.address = std::malloc(size_bytes);
        break;
      default:
        block.address = memalign(std::size_t{16} << below(8), size_bytes);
    }
    ASSERT_NE(escape(block.address), nullptr);
    add(block);
  }

  void resize(ModelBlock& block) {
    const ModelBlock old = block;
    block.size_bytes = next_size();
    block.address = escape(std::realloc(block.address, block.size_bytes));
    ASSERT_NE(block.address, nullptr);
    if (holds_both_) {
      add(block);
      take_off(old);
    } else {
      take_off(old);
      add(block);
    }
  }

  static void release(const ModelBlock& block) {
    if (block.is_aligned_new) {
      ::operator delete(block.address, kAlignment);
    } else {
      std::free(block.address);
    }
  }

  std::uint64_t next_size() {
    const std::uint64_t kind = below(20);
    if (kind == 0) return 1 + below(300000);
    return 1 + below(kind < 10 ? 100 : 3000);
  }

  void add(ModelBlock& block) {
    block.number = next_number_++;
    for (std::optional<ModelScope>& scope : scopes_) {
      if (!scope.has_value()) continue;
      Expected& expected = scope->expected;
      ++expected.allocation_count;
      ++expected.live_block_count;
      expected.requested_bytes += block.size_bytes;
      expected.largest_bytes = std::max(expected.largest_bytes, block.size_bytes);
      expected.live_bytes += block.size_bytes;
      expected.peak_bytes = std::max(expected.peak_bytes, expected.live_bytes);
    }
  }

  void take_off(const ModelBlock& block) {
    for (std::optional<ModelScope>& scope : scopes_) {
      if (!scope.has_value() || block.number < scope->begin) continue;
      scope->expected.live_bytes -= block.size_bytes;
      --scope->expected.live_block_count;
    }
  }

  void compare() {
    // Taken first: a failed comparison allocates.
    std::array<Figures, kScopes> figures;
    for (std::size_t i = 0; i < kScopes; ++i) {
      if (scopes_[i].has_value()) figures[i] = scopes_[i]->scope.figures();
    }
    for (std::size_t i = 0; i < kScopes; ++i) {
      if (scopes_[i].has_value()) expect_figures(figures[i], scopes_[i]->expected);
    }
  }

  std::mt19937_64 random_;
  bool holds_both_ = realloc_holds_both();
  bool rounds_aligned_new_ = rounds_aligned_new();
  std::uint64_t next_number_ = 0;
  std::array<ModelBlock, 200> blocks_ = {};
  static constexpr std::size_t kScopes = 6;
  std::array<std::optional<ModelScope>, kScopes> scopes_;
};

TEST(HeapModel, AgreesWithRandomPrograms) {
  if (!is_counting()) GTEST_SKIP() << "nothing is told";
  const char* given = std::getenv("REDZONE_SEED");
  const std::uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  const std::uint64_t programs = given != nullptr ? 1 : 20;
  for (std::uint64_t i = 0; i < programs && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("repeat with REDZONE_SEED=" + std::to_string(seed + i));
    Program(seed + i).run(4000);
  }
}

}  // namespace
}  // namespace redzone::heap
