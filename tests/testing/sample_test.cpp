// Runs the program of sample.cpp, and reads what it says and its JUnit output.

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <string>
#include <vector>

#include "redzone/base/bytes.hpp"
#include "redzone/base/memory_budget.hpp"
#include "redzone/heap/figures.hpp"
#include "redzone/os/process.hpp"
#include "testing/leak_check.hpp"

namespace redzone::testing {
namespace {

struct Said {
  int status = -1;
  std::string out;
  std::string xml;
};

// The sample is a program of the same build, but not under Valgrind when this one is: its figures
// are those of a plain program then.
bool knows(heap::Quantity quantity) {
  return heap::back_end() == heap::BackEnd::valgrind ||
         heap::capability(quantity).exactness != heap::Exactness::unknown;
}

Said run_sample(const std::string& filter, std::initializer_list<std::string> more = {},
                std::initializer_list<const char*> environment = {}) {
  const std::string xml_path =
      ::testing::TempDir() + "/redzone_sample_" + std::to_string(getpid()) + ".xml";
  std::vector<std::string> words = {REDZONE_SAMPLE, "--gtest_filter=" + filter,
                                    "--gtest_output=xml:" + xml_path};
  words.insert(words.end(), more.begin(), more.end());
  std::vector<const char*> pointers;
  for (const std::string& word : words) pointers.push_back(word.c_str());
  // What runs this test may be a shard; the sample is one only if it is told so.
  std::vector<const char*> variables = {"GTEST_TOTAL_SHARDS=1", "GTEST_SHARD_INDEX=0"};
  variables.insert(variables.end(), environment);
  MemoryBudget budget{{.max_single = 4_MiB, .max_total = 16_MiB}};
  os::ProcessRequest request;
  request.arguments = pointers;
  request.environment = variables;
  request.deadline_ms = 100'000;
  const Result<os::ProcessOutcome> outcome = os::run_process(request, budget);
  Said said;
  if (!outcome) return said;
  said.status = outcome->exit_code;
  said.out = outcome->standard_output.text();
  std::ifstream xml(xml_path);
  said.xml.assign(std::istreambuf_iterator<char>(xml), std::istreambuf_iterator<char>());
  unlink(xml_path.c_str());
  return said;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The part of the JUnit output that is about one test.
std::string case_of(const Said& said, const std::string& test) {
  const std::size_t begin = said.xml.find("<testcase name=\"" + test + "\"");
  if (begin == std::string::npos) return "";
  return said.xml.substr(begin, said.xml.find("<testcase", begin + 1) - begin);
}

std::string property(const std::string& name, const std::string& value) {
  return "<property name=\"" + name + "\" value=\"" + value + "\"/>";
}

TEST(Listener, RecordsEachTestsFigures) {
  const Said said = run_sample("Figures.TwoBlocks");
  EXPECT_EQ(said.status, 0) << said.out;
  if (!knows(heap::Quantity::allocation_count)) {
    EXPECT_TRUE(has(said.xml, "redzone_unknown")) << said.xml;
    return;
  }
  const std::string test = case_of(said, "TwoBlocks");
  EXPECT_TRUE(has(test, property("redzone_allocation_count", "2"))) << said.xml;
  EXPECT_TRUE(has(test, property("redzone_requested_bytes", "1000"))) << said.xml;
  EXPECT_TRUE(has(test, property("redzone_peak_bytes", "1000"))) << said.xml;
  EXPECT_TRUE(has(test, property("redzone_largest_bytes", "600"))) << said.xml;
  EXPECT_TRUE(has(test, property("redzone_live_bytes", "0"))) << said.xml;
  EXPECT_FALSE(has(test, "redzone_unknown")) << said.xml;
}

TEST(Listener, ATestThatAllocatesNothingHasZeros) {
  if (!knows(heap::Quantity::allocation_count)) GTEST_SKIP() << "counts are unknown in this build";
  const std::string test = case_of(run_sample("Figures.None"), "None");
  EXPECT_TRUE(has(test, property("redzone_allocation_count", "0"))) << test;
}

TEST(Listener, FiguresAreTheSameInEachRepetition) {
  if (!knows(heap::Quantity::allocation_count)) GTEST_SKIP() << "counts are unknown in this build";
  const Said said = run_sample("Figures.TwoBlocks", {"--gtest_repeat=3"});
  EXPECT_EQ(said.status, 0) << said.out;
  EXPECT_TRUE(has(said.xml, property("redzone_allocation_count", "2"))) << said.xml;
}

TEST(Listener, ThreadsOfATestCount) {
  if (!knows(heap::Quantity::largest_bytes)) GTEST_SKIP() << "sizes are unknown in this build";
  const std::string test = case_of(run_sample("Figures.Threads"), "Threads");
  EXPECT_TRUE(has(test, property("redzone_largest_bytes", "7000"))) << test;
}

TEST(SuiteBudget, HoldsEachTestOfItsSuite) {
  if (!knows(heap::Quantity::largest_bytes)) GTEST_SKIP() << "sizes are unknown in this build";
  const Said said = run_sample("Held.*:Unheld.*");
  EXPECT_EQ(said.status, 1) << said.out;
  EXPECT_TRUE(has(said.out, "[       OK ] Held.Within")) << said.out;
  EXPECT_TRUE(has(said.out,
                  "the budget of Held: largest allocation 1001 bytes exceeds the limit of "
                  "1000 bytes; the first above it is allocation 1"))
      << said.out;
  EXPECT_TRUE(has(said.out, "[  FAILED  ] Held.Beyond")) << said.out;
  EXPECT_TRUE(has(said.out, "[       OK ] Unheld.Beyond")) << said.out;
  EXPECT_TRUE(has(said.xml, "<failure message=")) << said.xml;
}

TEST(SuiteBudget, HoldsParameterisedAndTypedTests) {
  if (!knows(heap::Quantity::largest_bytes)) GTEST_SKIP() << "sizes are unknown in this build";
  const Said said = run_sample("*HeldEach*:HeldTyped*");
  EXPECT_TRUE(has(said.out, "[       OK ] Sizes/HeldEach.Takes/0")) << said.out;
  EXPECT_TRUE(has(said.out, "[  FAILED  ] Sizes/HeldEach.Takes/1")) << said.out;
  EXPECT_TRUE(has(said.out, "[       OK ] HeldTyped/0.Takes ")) << said.out;
  EXPECT_TRUE(has(said.out, "[  FAILED  ] HeldTyped/1.Takes")) << said.out;
  EXPECT_TRUE(has(said.out, "[       OK ] HeldTyped/1.TakesMore")) << said.out;
}

TEST(SuiteBudget, ANameThatNoTestHasFailsTheRun) {
  const Said said = run_sample("Figures.None", {}, {"REDZONE_SAMPLE_WRONG_NAME=1"});
  EXPECT_EQ(said.status, 1) << said.out;
  EXPECT_TRUE(has(said.out, "a budget is made for 'Hedl', and this program has no such test"))
      << said.out;
}

TEST(Listener, ShardsHaveTheirTestsFigures) {
  if (!knows(heap::Quantity::allocation_count)) GTEST_SKIP() << "counts are unknown in this build";
  const auto run_shard = [](const char* index) {
    return run_sample("Figures.TwoBlocks:Figures.None", {}, {"GTEST_TOTAL_SHARDS=2", index});
  };
  const Said first = run_shard("GTEST_SHARD_INDEX=0");
  EXPECT_EQ(first.status, 0) << first.out;
  EXPECT_TRUE(has(case_of(first, "TwoBlocks"), property("redzone_allocation_count", "2")));
  EXPECT_FALSE(has(first.out, "[       OK ] Figures.None")) << first.out;
  const Said second = run_shard("GTEST_SHARD_INDEX=1");
  EXPECT_EQ(second.status, 0) << second.out;
  EXPECT_TRUE(has(case_of(second, "None"), property("redzone_allocation_count", "0")));
  EXPECT_FALSE(has(second.out, "[       OK ] Figures.TwoBlocks")) << second.out;
}

TEST(Listener, ADeathTestPasses) {
  for (const char* const style : {"fast", "threadsafe"}) {
    const Said said =
        run_sample("DeathDeathTest.*", {std::string("--gtest_death_test_style=") + style,
                                        // Without it, GoogleTest's clone() does not survive ASan's
                                        // detection of use after return.
                                        "--gtest_death_test_use_fork"});
    EXPECT_EQ(said.status, 0) << style << ": " << said.out;
    EXPECT_TRUE(has(said.out, "[  PASSED  ] 1 test")) << said.out;
  }
}

TEST(LeaksPerTest, EachIsBlamedOnItsTest) {
  if (!can_check_leaks()) GTEST_SKIP() << "this build has no LeakSanitizer";
  const Said said = run_sample("Leaks.*");
  EXPECT_NE(said.status, 0);
  EXPECT_TRUE(has(said.out, "[       OK ] Leaks.SecondIsClean")) << said.out;
  const std::string first = case_of(said, "First");
  EXPECT_TRUE(has(first, "LeakSanitizer found leaks of this test, Leaks.First:")) << said.out;
  EXPECT_TRUE(has(first, "37 bytes in 1 block leaked, allocated from:")) << first;
  EXPECT_TRUE(has(first, "<failure message=\"")) << first;
  EXPECT_FALSE(has(first, "unknown file")) << first;
  const std::string third = case_of(said, "Third");
  EXPECT_TRUE(has(third, "53 bytes in 1 block leaked, allocated from:")) << third;
  EXPECT_FALSE(has(third, "37 bytes")) << third;
}

// The value that the first message of a run of the sample shows.
std::string only_of(const Said& said) {
  const std::string key = "REDZONE_TORTURE_ONLY='";
  const std::size_t at = said.out.find(key);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + key.size();
  return said.out.substr(begin, said.out.find('\'', begin) - begin);
}

TEST(TortureOnly, RunsOneInjectionOfOneTorture) {
  const Said first = run_sample("Torture.Swallows");
  EXPECT_EQ(first.status, 1) << first.out;
  const std::string variable = "REDZONE_TORTURE_ONLY=" + only_of(first);
  const Said again = run_sample("Torture.*", {}, {variable.c_str()});
  EXPECT_EQ(again.status, 1) << again.out;
  EXPECT_TRUE(has(again.out, "swallowed: ")) << again.out;
  EXPECT_FALSE(has(again.out, "more of these")) << again.out;
  EXPECT_TRUE(has(again.out, "REDZONE_TORTURE_ONLY names another torture")) << again.out;
}

TEST(TortureOnly, ANameThatNothingHasFailsTheRun) {
  const Said said =
      run_sample("Torture.Counts", {}, {"REDZONE_TORTURE_ONLY=Torture.Counts:1:1:once"});
  EXPECT_EQ(said.status, 1) << said.out;
  EXPECT_TRUE(has(said.out, "names no injection that a test of this run made")) << said.out;
}

TEST(TortureOnly, OnlyTheShardThatRunsTheTestIsAskedForIt) {
  const std::string only = "REDZONE_TORTURE_ONLY=" + only_of(run_sample("Torture.Swallows"));
  const auto run_shard = [](const char* index, const std::string& variable) {
    return run_sample("Torture.*", {}, {"GTEST_TOTAL_SHARDS=2", index, variable.c_str()});
  };
  int status_sum = 0;
  for (const char* const index : {"GTEST_SHARD_INDEX=0", "GTEST_SHARD_INDEX=1"}) {
    const Said said = run_shard(index, only);
    EXPECT_FALSE(has(said.out, "names no injection")) << said.out;
    status_sum += said.status;
    const Said unknown = run_shard(index, "REDZONE_TORTURE_ONLY=Torture.Swalows:1:1:once");
    EXPECT_TRUE(has(unknown.out, "names no injection")) << unknown.out;
    EXPECT_EQ(unknown.status, 1);
  }
  EXPECT_EQ(status_sum, 1) << "one shard repeats the failure";
}

TEST(TortureOnly, RunsOneInjectionOfASetUpAgain) {
  const Said first = run_sample("SetUpTorture.*");
  EXPECT_EQ(first.status, 1) << first.out;
  const std::size_t at = first.out.find("REDZONE_TORTURE_ONLY='SetUpTorture.*:");
  ASSERT_NE(at, std::string::npos) << first.out;
  EXPECT_TRUE(has(first.out, " --gtest_filter='SetUpTorture.*'")) << first.out;
  const std::string variable = "REDZONE_TORTURE_ONLY=" + only_of(first);
  const Said again = run_sample("SetUpTorture.*", {}, {variable.c_str()});
  EXPECT_TRUE(has(again.out, "swallowed: ")) << again.out;
  EXPECT_FALSE(has(again.out, "names no injection")) << again.out;
}

TEST(FailedExpectation, IsNotALeak) {
  const Said said = run_sample("Expecting.Memory");
  EXPECT_EQ(said.status, 1) << said.out;
  EXPECT_TRUE(has(said.out,
                  "failed expectation: 1 assertion of the block failed in the run in which "
                  "allocation 1 of 1 (29 bytes) failed once"))
      << said.out;
  EXPECT_FALSE(has(said.out, "leaked: ")) << said.out;
}

TEST(FailedExpectation, OfAChildFailsTheTest) {
  const Said said = run_sample("Expecting.MemoryInAChild");
  EXPECT_EQ(said.status, 1) << said.out;
  EXPECT_TRUE(has(case_of(said, "MemoryInAChild"), "failed expectation: 1 assertion")) << said.xml;
}

TEST(FailedExpectation, OfARunInWhichNothingFailsEndsTheTorture) {
  const Said said = run_sample("Expecting.MoreThanThereIs");
  EXPECT_EQ(said.status, 1) << said.out;
  EXPECT_TRUE(has(said.out,
                  "failed expectation: 1 assertion of the block failed in a run in which nothing "
                  "failed"))
      << said.out;
}

TEST(FailedExpectation, IsNamedWhereItsMessageIsMeasured) {
  if (!knows(heap::Quantity::live_bytes)) GTEST_SKIP() << "live bytes are unknown in this build";
  const Said said = run_sample("Expecting.NoLeak");
  EXPECT_TRUE(has(said.out, "what GoogleTest keeps of the block's own assertions is part of these"))
      << said.out;
}

TEST(NestedTorture, FailsBothAssertions) {
  const Said said = run_sample("NestedTorture.*");
  EXPECT_EQ(said.status, 1) << said.out;
  EXPECT_TRUE(has(said.out,
                  "nothing injected: tortures do not nest, and this EXPECT_OOM_SAFE is reached "
                  "while the EXPECT_OOM_SAFE at "))
      << said.out;
  EXPECT_TRUE(has(said.out,
                  "failed expectation: 1 assertion of the block failed in a run in which nothing"))
      << said.out;
}

TEST(Listener, RecordsTheRunsOfATorture) {
  const std::string test = case_of(run_sample("Torture.Counts"), "Counts");
  EXPECT_TRUE(has(test, property("redzone_torture_runs", "5"))) << test;
}

}  // namespace
}  // namespace redzone::testing
