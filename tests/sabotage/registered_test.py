"""How redzone registers tests: what ctest alone sees of a child's report and of a tool that is not
there, and time limits."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from sabotage_tree import COMPILERS, PATIENCE_S, ROOT, SabotageCase, needs, preset

# The program of a test whose child reports while the test itself passes.
CHILD = """\
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cstdlib>
#include <thread>
namespace {
void plant() {
#ifdef RACE
  static int shared = 0;
  std::thread other([] { shared = 1; });
  shared = 2;
  other.join();
#else
  volatile char* block = static_cast<char*>(std::malloc(40));
  block[40] = 1;
#endif
}
void in_child(bool planted) {
  const pid_t child = fork();
  if (child == 0) {
    if (planted) plant();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
}
}  // namespace
#ifdef PLANTED
TEST(Child, ReportsWhileItsParentPasses) { in_child(true); }
#endif
TEST(Child, IsQuiet) { in_child(false); }
TEST(Child, SpeaksOfReports) {
  puts("an ERROR: AddressSanitizer would print, or a runtime error: of UBSan, ERROR SUMMARY: 7");
}
"""

# What stands before redzone_test_program in a tree of ours, without GoogleTest's sources.
LISTS = """\
cmake_minimum_required(VERSION 3.25)
project(child LANGUAGES CXX)
enable_testing()
set(REDZONE_BUILD_TESTS OFF)
include(${CMAKE_CURRENT_LIST_DIR}/cmake/RedzoneOptions.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/cmake/RedzoneTesting.cmake)
find_package(GTest REQUIRED)
find_program(REDZONE_VALGRIND valgrind)
add_library(redzone_warnings INTERFACE)
add_library(redzone_gtest INTERFACE)
target_link_libraries(redzone_gtest INTERFACE GTest::gtest GTest::gtest_main)
if(REDZONE_DETECTORS STREQUAL "memcheck") # there, an entry is a whole program
  redzone_test_program(quiet SOURCES child.cpp)
endif()
redzone_test_program(child SOURCES child.cpp)
target_compile_definitions(child PRIVATE PLANTED)
"""


class Children(unittest.TestCase):
    def ctest(self, name, *definitions):
        """What ctest did, and the time limits of its tests, in a tree registered as the preset
        `name` registers."""
        holder = tempfile.TemporaryDirectory(prefix="redzone sabotage ")
        self.addCleanup(holder.cleanup)
        folder = Path(holder.name)
        shutil.copytree(ROOT / "cmake", folder / "cmake")
        (folder / "CMakeLists.txt").write_text(LISTS)
        (folder / "child.cpp").write_text(CHILD)
        variables = preset("configurePresets", name)["cacheVariables"]
        options = preset("testPresets", name)["environment"]
        # UndefinedBehaviorSanitizer only makes the macros of GoogleTest slow to compile.
        flags = variables["CMAKE_CXX_FLAGS"].replace("-fsanitize=undefined", "")
        environment = {**os.environ, **{key: value.replace("${sourceDir}", str(ROOT))
                                        for key, value in options.items() if "PATH" != key}}
        for words in (
                ["cmake", "-G", "Ninja", "-S", ".", "-B", "build",
                 f"-DCMAKE_CXX_FLAGS={flags} {' '.join(definitions)}",
                 f"-DREDZONE_DETECTORS={variables['REDZONE_DETECTORS']}"],
                ["cmake", "--build", "build"]):
            done = subprocess.run(words, cwd=folder, env=environment, capture_output=True,
                                  text=True, check=False, timeout=2 * PATIENCE_S)
            self.assertEqual(done.returncode, 0, done.stdout[-2000:] + done.stderr[-2000:])
        done, listed = (subprocess.run(
            ["ctest", "--test-dir", "build", *more], cwd=folder, env=environment,
            capture_output=True, text=True, check=False, timeout=PATIENCE_S)
            for more in ((), ("--show-only=json-v1",)))
        limits = {entry["value"] for test in json.loads(listed.stdout)["tests"]
                  for entry in test["properties"] if entry["name"] == "TIMEOUT"}
        return done, limits

    def check(self, name, limit, *definitions):
        done, limits = self.ctest(name, *definitions)
        self.assertEqual(limits, {limit})
        failed = re.findall(r"^\s+\d+ - (\S+) \(Failed\)", done.stdout, re.MULTILINE)
        planted = "child" if name == "valgrind" else "Child.ReportsWhileItsParentPasses"
        self.assertEqual((done.returncode, failed), (8, [planted]))

    def test_that_report_under_address_sanitizer(self):
        self.check("asan", 180.0)

    def test_that_report_under_thread_sanitizer(self):
        self.check("tsan", 600.0, "-DRACE")

    @needs("valgrind")
    def test_that_report_under_valgrind(self):
        self.check("valgrind", 1200.0)


class MissingTools(unittest.TestCase):
    LISTS = """\
cmake_minimum_required(VERSION 3.25)
project(script LANGUAGES NONE)
enable_testing()
set(REDZONE_BUILD_TESTS OFF)
include(${CMAKE_CURRENT_LIST_DIR}/cmake/RedzoneOptions.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/cmake/RedzoneTesting.cmake)
redzone_script_test(skips COMMAND ${CMAKE_COMMAND} -E echo "OK (skipped=2)")
redzone_script_test(fails COMMAND ${CMAKE_COMMAND} -E echo "OK (expected failures=1, skipped=2)")
redzone_script_test(whole COMMAND ${CMAKE_COMMAND} -E echo OK)
"""

    def failed(self, **more):
        """The tests that fail when the tree is configured with `more` in the environment."""
        with tempfile.TemporaryDirectory(prefix="redzone sabotage ") as folder:
            shutil.copytree(ROOT / "cmake", Path(folder, "cmake"))
            Path(folder, "CMakeLists.txt").write_text(self.LISTS)
            kept = {key: value for key, value in os.environ.items() if key != "REDZONE_ALL_TOOLS"}
            subprocess.run(["cmake", "-G", "Ninja", "-S", ".", "-B", "build"], cwd=folder,
                           env={**kept, **more}, capture_output=True, check=True,
                           timeout=PATIENCE_S)
            done = subprocess.run(["ctest", "--test-dir", "build"], cwd=folder, env=kept,
                                  capture_output=True, text=True, check=False, timeout=PATIENCE_S)
        self.assertIn("out of 3", done.stdout)
        return re.findall(r"^\s+\d+ - (\S+) \(Failed\)", done.stdout, re.MULTILINE)

    def test_fail_a_test_where_all_are_said_to_be_there(self):
        self.assertEqual(self.failed(), [])
        self.assertEqual(self.failed(REDZONE_ALL_TOOLS="1"), ["skips", "fails"])


class TimeLimits(unittest.TestCase):
    """Of a tree of this project that is configured and not built."""

    def limits(self, detectors):
        """label -> the time limits of its tests, in seconds."""
        with tempfile.TemporaryDirectory() as build:
            done = subprocess.run(
                ["cmake", "-G", "Ninja", "-S", ROOT, "-B", build, "-DREDZONE_BUILD_TESTS=ON",
                 f"-DCMAKE_CXX_COMPILER={COMPILERS['gcc']}", f"-DREDZONE_DETECTORS={detectors}"],
                capture_output=True, text=True, check=False, timeout=2 * PATIENCE_S)
            self.assertEqual(done.returncode, 0, done.stderr)
            listed = subprocess.run(
                ["ctest", "--test-dir", build, "--show-only=json-v1"], capture_output=True,
                text=True, check=True, timeout=PATIENCE_S,
                env={**os.environ, "REDZONE_NO_BUILD": "1"})
            found = {}
            for test in json.loads(listed.stdout)["tests"]:
                if test["name"].endswith("_NOT_BUILT"):
                    continue
                properties = {entry["name"]: entry["value"] for entry in test["properties"]}
                for label in properties.get("LABELS", ()):
                    found.setdefault(label, set()).add(properties.get("TIMEOUT"))
                self.assertEqual("FAIL_REGULAR_EXPRESSION" in properties,
                                 not test["name"].startswith(("canary.", "tripwire.",
                                                              "suppression.")), test["name"])
            return found

    def test_of_canaries_and_pairs_grow_with_the_detector(self):
        for detectors, factor in (("asan;lsan;ubsan", 3), ("tsan", 10)):
            with self.subTest(detectors):
                found = self.limits(detectors)
                self.assertEqual(found["canary"], {20.0 * factor})
                self.assertEqual(found["tripwire"], {20.0 * factor})
                self.assertEqual(found["suppression"], {30.0 * factor})

    @needs("valgrind")
    def test_of_everything_grow_with_memcheck(self):
        found = self.limits("memcheck")
        self.assertEqual(found["canary"], {400.0})
        self.assertEqual(found["tripwire"], {400.0})
        self.assertEqual(found["suppression"], {600.0})
        self.assertIn(1200.0, found["unit"])
        self.assertTrue(all(limit % 20 == 0 for limit in found["unit"]))


class ExpectLines(SabotageCase):
    """A canary whose expect line has a typo would run nowhere."""

    def configure(self, line):
        with tempfile.TemporaryDirectory() as folder:
            clone = Path(folder) / "clone"
            shutil.copytree(ROOT / "cmake", clone / "cmake")
            shutil.copytree(ROOT / "tests" / "canaries", clone / "tests" / "canaries")
            (clone / "cmake" / "canaries" / "typo.cpp").write_text(f"{line}\nint main() {{}}\n")
            (clone / "CMakeLists.txt").write_text(
                "cmake_minimum_required(VERSION 3.25)\nproject(typo LANGUAGES CXX)\n"
                "set(redzone_timeout_factor 1)\nset(REDZONE_BUILD_TESTS OFF)\nenable_testing()\n"
                "list(PREPEND CMAKE_MODULE_PATH ${PROJECT_SOURCE_DIR}/cmake)\n"
                "include(RedzoneOptions)\ninclude(RedzoneTesting)\n"
                "include(RedzoneCanaries OPTIONAL)\nadd_subdirectory(tests/canaries)\n")
            return subprocess.run(
                ["cmake", "-G", "Ninja", "-S", clone, "-B", clone / "build",
                 "-DREDZONE_DETECTORS=asan"], capture_output=True, text=True, check=False,
                timeout=2 * PATIENCE_S)

    def test_a_typo_stops_the_configure_step_and_names_the_file(self):
        for line in ("// expect: asam heap-use-after-free", "// expects nothing", "// expect asan"):
            with self.subTest(line):
                done = self.configure(line)
                self.assertNotEqual(done.returncode, 0)
                self.assertIn("typo.cpp:", " ".join(done.stderr.split()))

    def test_a_right_one_does_not(self):
        done = self.configure("// expect: asan heap-use-after-free")
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
