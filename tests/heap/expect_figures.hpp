#pragma once
// What the tests of heap share: figures are compared as far as this build knows them, and blocks
// escape, so that no compiler takes an allocation away.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <optional>

#include "heap/back_end.hpp"
#include "redzone/heap/figures.hpp"
#include "redzone/heap/scope.hpp"

namespace redzone::heap {

inline void* volatile escaped = nullptr;

// The same pointer, of which the compiler knows nothing any more.
inline void* escape(void* block) {
  escaped = block;
  return escaped;
}

// Whether each allocation is told, with its size.
inline bool is_counting() {
  return back_end() == BackEnd::interposer || back_end() == BackEnd::sanitizer_hooks;
}

struct Expected {
  std::uint64_t allocation_count = 0;
  std::uint64_t requested_bytes = 0;
  std::uint64_t largest_bytes = 0;
  std::uint64_t live_block_count = 0;
  std::uint64_t live_bytes = 0;
  std::uint64_t peak_bytes = 0;
};

// Equal where the figure is known, and empty where it is not.
inline void expect_figure(const std::optional<std::uint64_t>& figure, Quantity quantity,
                          std::uint64_t expected, Who who = Who::process) {
  if (capability(quantity, who).exactness == Exactness::unknown) {
    EXPECT_FALSE(figure.has_value()) << name_of(quantity);
  } else {
    ASSERT_TRUE(figure.has_value()) << name_of(quantity);
    EXPECT_EQ(*figure, expected) << name_of(quantity);
  }
}

inline void expect_figures(const Figures& figures, const Expected& expected,
                           Who who = Who::process) {
  expect_figure(figures.allocation_count, Quantity::allocation_count, expected.allocation_count,
                who);
  expect_figure(figures.requested_bytes, Quantity::requested_bytes, expected.requested_bytes, who);
  expect_figure(figures.largest_bytes, Quantity::largest_bytes, expected.largest_bytes, who);
  expect_figure(figures.live_block_count, Quantity::live_block_count, expected.live_block_count,
                who);
  expect_figure(figures.live_bytes, Quantity::live_bytes, expected.live_bytes, who);
  expect_figure(figures.peak_bytes, Quantity::peak_bytes, expected.peak_bytes, who);
}

// Under ASan realloc takes a new block before it frees the old one, and both are live.
inline bool realloc_holds_both() {
  Scope scope;
  void* block = escape(std::malloc(1000));
  block = escape(std::realloc(block, 1001));
  const Figures figures = scope.figures();
  std::free(block);
  return figures.peak_bytes.value_or(0) > 1001;
}

}  // namespace redzone::heap
