// Which assertion is exact, approximate or unknown in this build: printed, and held to the table
// that docs/testing.md shows.

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <string>

#include "redzone/heap/fault_plan.hpp"
#include "redzone/heap/figures.hpp"

namespace redzone::testing {
namespace {

struct Row {
  const char* assertion;
  heap::Capability capability;
};

std::array<Row, 8> rows() {
  using heap::Quantity;
  using heap::Reach;
  return {{
      {"EXPECT_PEAK_HEAP_LE", heap::capability(Quantity::peak_bytes)},
      {"EXPECT_LARGEST_ALLOCATION_LE", heap::capability(Quantity::largest_bytes)},
      {"EXPECT_ALLOCATION_COUNT_LE", heap::capability(Quantity::allocation_count)},
      {"EXPECT_NO_LEAK", heap::capability(Quantity::live_bytes)},
      {"where (stacks)", heap::capability(Quantity::stacks)},
      {"EXPECT_OOM_SAFE, malloc", heap::fault_coverage(Reach::c_functions)},
      {"EXPECT_OOM_SAFE, new", heap::fault_coverage(Reach::operators)},
      {"EXPECT_OOM_SAFE, new in libraries", heap::fault_coverage(Reach::operators_of_libraries)},
  }};
}

// "| exact | unknown |..." of the line of this preset, without its name.
std::string expected_line() {
  std::ifstream table(REDZONE_TESTING_DOCUMENT);
  std::string line;
  const std::string name = std::string("| ") + REDZONE_CAPABILITY_ROW + " |";
  while (std::getline(table, line)) {
    if (line.starts_with(name)) return line.substr(name.size() - 1);
  }
  return "no row '" + name + "' in " + REDZONE_TESTING_DOCUMENT;
}

TEST(CapabilityTable, IsWhatThisBuildCan) {
  std::string line = "|";
  std::printf("| back end | %s |\n", heap::name_of(heap::back_end()));
  for (const Row& row : rows()) {
    line += ' ';
    line += heap::name_of(row.capability.exactness);
    line += " |";
    std::printf("| %s | %s | %s |\n", row.assertion, heap::name_of(row.capability.exactness),
                row.capability.reason);
  }
  if (std::string(REDZONE_CAPABILITY_ROW).starts_with("msan")) GTEST_SKIP() << "not in the table";
  EXPECT_EQ(line, expected_line());
}

TEST(CapabilityTable, WhatIsNotExactSaysWhy) {
  for (const Row& row : rows()) {
    if (row.capability.exactness == heap::Exactness::exact) continue;
    EXPECT_STRNE(row.capability.reason, "") << row.assertion;
  }
}

}  // namespace
}  // namespace redzone::testing
