// Where the assertions may stand, and what may stand in their blocks: mostly, that it compiles.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "redzone/testing/all.hpp"
#include "tests/testing/planted.hpp"

namespace redzone::testing {
namespace {

using namespace planted;

// A source of reads that never go wrong.
struct Reads {
  enum class Kind { fails, returns_short, is_interrupted };
  struct Plan {
    Kind kind = Kind::fails;
    std::uint64_t nth = 1;
    bool for_ever = false;
  };
  void arm(const Plan& plan) {
    plan_ = plan;
    count_ = 0;
  }
  void disarm() {}
  [[nodiscard]] std::uint64_t operations() const { return count_; }

  bool read() {
    ++count_;
    return plan_.for_ever ? count_ < plan_.nth : count_ != plan_.nth;
  }

 private:
  Plan plan_;
  std::uint64_t count_ = 0;
};

class Owner {
 public:
  Owner() {
    EXPECT_NO_LEAK({ std::free(take(size_)); });
  }
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;
  ~Owner() {
    EXPECT_NO_LEAK({ std::free(take(size_)); });
  }
  void check() const {
    EXPECT_PEAK_HEAP_LE(8, { std::free(take(size_)); });
    EXPECT_OOM_SAFE({ return stands_failure(); });
    EXPECT_NO_ALLOCATION({ ++call_count_; });
  }
  [[nodiscard]] int check_and_return() const {
    EXPECT_NO_ALLOCATION({ ++call_count_; });
    return call_count_;
  }
  static bool check_as_static() {
    EXPECT_OOM_SAFE({ return report_failure(); });
    return true;
  }

 private:
  [[nodiscard]] bool stands_failure() const {
    void* const memory = take(size_);
    std::free(memory);
    return memory != nullptr;
  }

  std::size_t size_ = 8;
  mutable int call_count_ = 0;
};

TEST(Blocks, StandInMemberFunctions) {
  const Owner owner;
  owner.check();
  EXPECT_EQ(owner.check_and_return(), 2);
  EXPECT_TRUE(Owner::check_as_static());
}

TEST(Blocks, StandInLambdas) {
  const std::size_t bytes = 8;
  int seen = 0;
  const auto check = [&] {
    EXPECT_PEAK_HEAP_LE(bytes, { std::free(take(bytes)); });
    EXPECT_NO_ALLOCATION({ ++seen; });
    ASSERT_NO_LEAK({ std::free(take(bytes)); });
  };
  check();
  const auto torture = [&](auto size) {
    EXPECT_OOM_SAFE({
      void* const memory = take(size);
      std::free(memory);
      return memory != nullptr;
    });
  };
  torture(std::size_t{8});
  EXPECT_EQ(seen, 1);
}

TEST(Blocks, HoldCommasOfTemplatesAndInitialisers) {
  EXPECT_HEAP_WITHIN(HeapLimits().live(0), {
    const std::map<int, std::pair<int, int>> map = {{1, {2, 3}}, {4, {5, 6}}};
    std::vector<int> numbers{1, 2, 3}, others(2, 7);
    numbers.insert(numbers.end(), others.begin(), others.end());
    EXPECT_EQ(map.size(), 2U);
    EXPECT_EQ(numbers.size(), 5U);
  });
  EXPECT_OOM_SAFE_WITH(Torture().once_per_stack(), {
    const std::map<int, int> map = {{1, 2}, {3, 4}};
    return map.size() == 2;
  });
  Reads reads;
  EXPECT_IO_SAFE(reads, {
    const std::pair<bool, int> got{reads.read(), 7};
    return got.first;
  });
}

TEST(Blocks, ReturnWhatConvertsToBool) {
  EXPECT_OOM_SAFE({
    void* const memory = take(8);
    const char* const taken = memory != nullptr ? "taken" : nullptr;
    std::free(memory);
    return taken;
  });
  EXPECT_OOM_SAFE(()->std::optional<int> {
    if (!report_failure()) return std::nullopt;
    return 7;
  });
  EXPECT_PEAK_HEAP_LE(
      29, ()->long {
        if (!report_failure()) return 1L;
        return 'a';
      });
}

TEST(Blocks, EndByReturnAndNotTheTest) {
  int run_count = 0;
  for (int i = 0; i < 2; ++i) {
    EXPECT_NO_ALLOCATION({
      for (;;) {
        if (++run_count > 0) return;
      }
    });
    EXPECT_NO_ALLOCATION({
      ASSERT_GT(run_count, 0);
      ++run_count;
    });
  }
  EXPECT_EQ(run_count, 4);
}

template <class T>
class TypedBlocks : public ::testing::Test {
 protected:
  T value_{};
  int count_ = 0;
};
using Types = ::testing::Types<char, std::pair<int, int>>;
TYPED_TEST_SUITE(TypedBlocks, Types);

TYPED_TEST(TypedBlocks, UseTheTypeAndTheFixture) {
  EXPECT_PEAK_HEAP_LE(2 * sizeof(TypeParam), {
    const std::pair<TypeParam, TypeParam>* const pair =
        new std::pair<TypeParam, TypeParam>(this->value_, this->value_);
    escape(const_cast<std::pair<TypeParam, TypeParam>*>(pair));
    delete pair;
    ++this->count_;
  });
  EXPECT_EQ(this->count_, 1);
}

template <class T>
bool grows(T value) {
  EXPECT_OOM_SAFE({
    std::vector<std::pair<T, T>> values;
    values.emplace_back(value, value);
    return values.size() == 1;
  });
  return true;
}

TEST(Blocks, StandInTemplates) { EXPECT_TRUE(grows(7) && grows('a')); }

// What the assertions expand to, for who writes his own: the block may be const, or an rvalue.
TEST(Blocks, AreAnyFunctionObject) {
  const auto body = [] { return report_failure(); };
  auto counting = [count = 0]() mutable { return ++count > 0 && report_failure(); };
  Reads reads;
  const auto reading = [&] { return reads.read(); };
  const TestSite site;
  EXPECT_TRUE(oom_safe(Torture(), site, body));
  EXPECT_TRUE(oom_safe(Torture(), site, counting));
  EXPECT_TRUE(oom_safe(Torture(), site, [] { return report_failure(); }));
  EXPECT_TRUE(oom_safe(Torture(), site, report_failure));
  EXPECT_TRUE(io_safe(Torture(), site, reads, reading));
  EXPECT_TRUE(measure(HeapLimits().peak(29), body));
  EXPECT_TRUE(measure(HeapLimits().peak(29), counting));
}

TEST(Blocks, UseStructuredBindings) {
  const auto [first, second] = std::pair<int, std::size_t>(1, 8);
  EXPECT_NO_LEAK({
    std::free(take(second));
    EXPECT_EQ(first, 1);
  });
}

}  // namespace
}  // namespace redzone::testing
