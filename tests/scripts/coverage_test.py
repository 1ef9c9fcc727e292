"""scripts/coverage on a project of one function, of which one line is never reached: the figures,
the lines, the threshold, and each way in which there can be no figures."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

PROJECT = """cmake_minimum_required(VERSION 3.25)
project(tiny LANGUAGES CXX)
enable_testing()
add_executable(tiny src/base/tiny.cpp tests/tiny_test.cpp)
target_include_directories(tiny PRIVATE include)
add_test(NAME Tiny.Runs COMMAND tiny)
add_test(NAME slow COMMAND false)
set_tests_properties(slow PROPERTIES LABELS "script;unit")
"""
PRESETS = {"version": 6, "configurePresets": [
    {"name": "coverage", "generator": "Ninja", "binaryDir": "${sourceDir}/build/coverage",
     "cacheVariables": {"CMAKE_CXX_FLAGS": "--coverage -O0 -g", "CMAKE_CXX_COMPILER": "g++"}}],
    "testPresets": [{"name": "coverage", "configurePreset": "coverage"}]}
HEADER = "#pragma once\ninline int twice(int value) { return 2 * value; }\nint sign(int value);\n"
CODE = """#include "redzone/os/twice.hpp"
int sign(int value) {
  if (value < 0)
    return -1;
  return 1;
}
"""
TEST = """#include "redzone/os/twice.hpp"
int main() { return twice(sign(5)) == 2 ? 0 : 1; }
"""
# What gcovr 5.2 prints for the project, as far as the script reads it.
FAKE_GCOVR = """#!/bin/sh
cat <<'TEXT'
{"files": [{"file": "src/base/tiny.cpp", "lines": [
  {"line_number": 2, "count": 1, "gcovr/noncode": false},
  {"line_number": 3, "count": 1, "gcovr/noncode": false},
  {"line_number": 4, "count": 0, "gcovr/noncode": false},
  {"line_number": 5, "count": 1, "gcovr/noncode": false},
  {"line_number": 6, "count": 0, "gcovr/noncode": true}]},
 {"file": "include/redzone/os/twice.hpp", "lines": [
  {"line_number": 2, "count": 1, "gcovr/noncode": false}]}]}
TEXT
"""


class Coverage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="redzone-coverage-")
        cls.addClassCleanup(holder.cleanup)
        cls.folder = Path(holder.name)
        for name, text in (("CMakeLists.txt", PROJECT), ("CMakePresets.json", json.dumps(PRESETS)),
                           ("include/redzone/os/twice.hpp", HEADER), ("src/base/tiny.cpp", CODE),
                           ("tests/tiny_test.cpp", TEST), ("scripts/setup", "#!/bin/sh\n"),
                           ("bin/gcovr", FAKE_GCOVR), ("bin_fails/gcovr", "#!/bin/sh\nexit 7\n")):
            path = cls.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            path.chmod(0o755)
        shutil.copy(ROOT / "scripts" / "coverage", cls.folder / "scripts")
        shutil.copytree(ROOT / "scripts" / "redzone_scripts",
                        cls.folder / "scripts" / "redzone_scripts")
        done = cls.run_it()
        assert done.returncode == 0, done.stdout + done.stderr

    @classmethod
    def run_it(cls, *words, bin_folder="bin"):
        path = f"{cls.folder / bin_folder}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run([cls.folder / "scripts" / "coverage", *words], check=False,
                              env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=110)

    def last(self, *words, status=0, **options):
        done = self.run_it("--last", *words, **options)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def test_the_table_has_a_row_for_each_component(self):
        self.assertEqual(self.last().stdout.splitlines(), [
            "component   lines  covered  percent", "base            4        3     75.0",
            "os              1        1    100.0", "all             5        4     80.0"])

    @unittest.skipUnless(shutil.which("gcovr"), "gcovr is not on this machine; "
                         "scripts/setup coverage installs it")
    def test_the_figures_are_those_of_the_real_gcovr(self):
        done = self.last("--json", bin_folder="nothing_here")
        result = json.loads(done.stdout)
        self.assertEqual(result["schema"], "redzone/coverage/1")
        for name, lines, covered in (("base", 4, 3), ("os", 1, 1)):
            component = result["components"][name]
            self.assertEqual((component["lines"], component["covered"]), (lines, covered), name)
        self.assertEqual(result["components"]["base"]["files"]["src/base/tiny.cpp"]["percent"], 75)

    def test_the_lines_that_were_not_reached_are_printed(self):
        done = self.last("--uncovered", self.folder / "src/base/tiny.cpp")
        self.assertEqual(done.stdout, "src/base/tiny.cpp:4:     return -1;\n")

    def test_the_threshold_is_inclusive(self):
        self.last("--min-lines", "80")
        done = self.last("--min-lines", "80.1", status=1)
        self.assertIn("80.0 percent of the lines were reached, 80.1 are wanted", done.stderr)

    def test_a_test_that_fails_is_a_finding(self):
        test = self.folder / "tests/tiny_test.cpp"
        self.addCleanup(test.write_text, TEST)
        test.write_text(TEST.replace("? 0 : 1", "? 1 : 0"))
        done = self.run_it()
        self.assertEqual(done.returncode, 1)
        self.assertIn("not all tests passed", done.stderr)
        self.assertIn("75.0", done.stdout)

    def test_a_build_that_fails_gives_no_figures(self):
        test = self.folder / "tests/tiny_test.cpp"
        self.addCleanup(test.write_text, TEST)
        test.write_text("this is no C++\n")
        done = self.run_it()
        self.assertEqual((done.returncode, done.stdout), (3, ""))

    def test_a_gcovr_that_fails_gives_no_figures(self):
        done = self.last(status=3, bin_folder="bin_fails")
        self.assertIn("gcovr failed (7)", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_a_tree_in_which_no_test_ran_gives_no_figures(self):
        tree = self.folder / "build" / "coverage"
        aside = tree.rename(self.folder / "aside")
        self.addCleanup(aside.rename, tree)
        done = self.last(status=3)
        self.assertIn("Next step: scripts/coverage --preset coverage", done.stderr)

    def test_wrong_words_are_told_apart_from_failures(self):
        for words in (["--min-lines", "101"], ["--jobs", "0"], ["--uncovered", "nothing.cpp"],
                      ["--preset", "normal"], ["--min"]):
            self.assertEqual(self.last(*words, status=2).stdout, "")


if __name__ == "__main__":
    unittest.main(verbosity=2)
