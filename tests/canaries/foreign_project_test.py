#!/usr/bin/env python3
"""Tests of cmake/RedzoneCanaries.cmake in a project that is not redzone: the module and the folder
beside it are copied to a place of their own, as an installation does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
FOREIGN = Path(__file__).resolve().parent / "foreign"
LIMIT_SECONDS = 200


class ForeignProject(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="redzone ")  # a path may have a blank
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.cmake_dir = self.folder / "cmake"
        shutil.copytree(ROOT / "cmake" / "canaries", self.cmake_dir / "canaries",
                        ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "cmake" / "RedzoneCanaries.cmake", self.cmake_dir)
        self.build = self.folder / "build"
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.endswith("SAN_OPTIONS")}

    def run_it(self, *command: str) -> int:
        done = subprocess.run(command, env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, timeout=LIMIT_SECONDS,
                              check=False, cwd=self.folder)
        self.said = done.stdout
        return done.returncode

    def configure(self, *more: str, only: str = "heap_overflow_write;leak;stack_overflow") -> int:
        return self.run_it("cmake", "-S", str(FOREIGN), "-B", str(self.build), "-G", "Ninja",
                           f"-DREDZONE_CMAKE_DIR={self.cmake_dir}", f"-DFOREIGN_ONLY={only}",
                           "-DCMAKE_CXX_COMPILER=g++", "-DCMAKE_BUILD_TYPE=Debug", *more)

    def test_runs_the_canaries_and_tripwires_at_its_own_flags(self):
        self.assertEqual(self.configure("-DCMAKE_CXX_FLAGS=-fsanitize=address -O2"), 0, self.said)
        self.assertEqual(self.run_it("cmake", "--build", str(self.build), "--target", "canaries"),
                         0, self.said)
        ctest = ("ctest", "--test-dir", str(self.build), "--output-on-failure")
        self.assertNotEqual(self.run_it(*ctest), 0)  # without options, the tripwires say so
        self.assertIn("Next step: ctest --preset memory", self.said)
        self.assertIn("60% tests passed, 2 tests failed out of 5", self.said)
        for name in ("asan", "lsan"):
            file = self.folder / f"{name}.supp"
            file.write_text("# nothing\n", encoding="utf-8")
            self.environment[f"{name.upper()}_OPTIONS"] = f"suppressions='{file}'"
        self.assertEqual(self.run_it(*ctest), 0, self.said)
        passed = re.findall(r"(\S+) \.+ +Passed", self.said)
        self.assertEqual(sorted(passed), [
            "canary.heap_overflow_write.asan", "canary.leak.lsan", "canary.stack_overflow.asan",
            "tripwire.asan", "tripwire.lsan"])

    def test_is_red_without_the_flag(self):
        self.assertEqual(self.configure(only="leak"), 0, self.said)
        self.assertEqual(self.run_it("cmake", "--build", str(self.build)), 0, self.said)
        self.assertNotEqual(self.run_it("ctest", "--test-dir", str(self.build), "-R", "canary",
                                        "--output-on-failure"), 0)
        self.assertIn("the program was built without LeakSanitizer", self.said)

    def test_stops_at_a_line_that_it_does_not_understand_and_names_it(self):
        source = self.cmake_dir / "canaries" / "leak.cpp"
        text = source.read_text(encoding="utf-8")
        for old, new in (("expect: lsan", "expect: lsna"), ("size=1337", "sise=1337"),
                         ("// expect: lsan", "// expct: lsan")):
            source.write_text(text.replace(old, new, 1), encoding="utf-8")
            self.assertNotEqual(self.configure(), 0)
            self.assertIn(f"{source}:1:", re.sub(r"\s*\n\s*", "", self.said))

    def test_takes_no_word_of_a_documented_miss_for_a_canary(self):
        source = self.cmake_dir / "canaries" / "stack_overflow.cpp"
        text = source.read_text(encoding="utf-8")
        source.write_text("// missed: lsan one would have to run leak tsan\n" + text,
                          encoding="utf-8")
        self.assertEqual(self.configure(), 0, self.said)
        self.assertEqual(self.run_it("ctest", "--test-dir", str(self.build), "-N"), 0, self.said)
        self.assertIn("Total Tests: 5\n", self.said)

    def test_adds_the_canaries_of_a_folder_of_its_own_which_link_its_library(self):
        own = f"-DFOREIGN_FOLDER={FOREIGN / 'own'}"
        self.assertEqual(self.configure("-DCMAKE_CXX_FLAGS=-fsanitize=address -O2", own,
                                        only="leak"), 0, self.said)
        self.assertEqual(self.run_it("cmake", "--build", str(self.build), "--target", "canaries"),
                         0, self.said)
        self.assertEqual(self.run_it("ctest", "--test-dir", str(self.build), "-L", "canary",
                                     "--output-on-failure"), 0, self.said)
        passed = re.findall(r"(\S+) \.+ +Passed", self.said)
        self.assertEqual(sorted(passed), ["canary.leak.lsan", "canary.pool_use_after_free.asan"])

    def test_stops_at_two_canaries_of_one_name(self):
        own = self.folder / "own"
        shutil.copytree(FOREIGN / "own", own)
        shutil.copy(self.cmake_dir / "canaries" / "leak.cpp", own)
        self.assertNotEqual(self.configure(f"-DFOREIGN_FOLDER={own}", only="leak"), 0)
        self.assertIn("two canaries have the name 'leak'", " ".join(self.said.split()))

    def test_stops_at_a_canary_that_is_not_there(self):
        self.assertNotEqual(self.configure(only="leek"), 0)
        self.assertIn("there is no canary 'leek'", self.said)


if __name__ == "__main__":
    unittest.main()
