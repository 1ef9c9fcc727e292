#!/usr/bin/env python3
"""Tests of cmake/canaries/canary_expectations.py and list_canaries.py: what a source may say about
itself, and that whatever it gets wrong is refused with its file and line."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
CANARIES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "cmake", "canaries")
sys.path.insert(0, CANARIES)

from canary_expectations import (BadExpectation, compiler_family, optimisation_level,  # noqa: E402
                                 read_canaries, read_canary)
from canary_process import Outcome  # noqa: E402
from canary_verdict import missed  # noqa: E402

LEAK = "// expect: lsan direct-leak size=123 line=3\n"
OWNED = "// expect: lsan indirect-leak size=64 line=4\n"


class InAFolder(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="redzone ")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def canary(self, text: str, name: str = "bug.cpp") -> str:
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


class Reads(InAFolder):
    def test_the_sentences_between_the_lines_as_the_bug(self):
        canary = read_canary(self.canary(LEAK + "// A block\n// is lost.\n\n// Code.\n"))
        self.assertEqual((canary.name, canary.bug), ("bug", "A block is lost."))
        self.assertEqual(canary.detectors(), ["lsan"])

    def test_several_reports_of_one_detector(self):
        expectation = read_canary(self.canary(LEAK + OWNED)).expectations["lsan"]
        self.assertEqual(expectation.describe(), "lsan direct-leak size=123 line=3 and "
                                                 "lsan indirect-leak size=64 line=4")

    def test_where_a_miss_applies(self):
        canary = read_canary(self.canary(
            "// expect: asan SEGV\n"
            "// missed: asan compiler=g++ opt=-O2,-O3 the optimiser removes it\n"
            "// missed: memcheck it has no idea of this\n"))
        for compiler, level, misses in (("g++", "-O2", True), ("g++", "-O1", False),
                                        ("clang++", "-O2", False)):
            self.assertEqual(canary.miss("asan", compiler, level) is not None, misses)
        self.assertEqual(canary.miss("memcheck", "clang++", "-O0").reason, "it has no idea of this")
        self.assertEqual(canary.detectors(), ["asan", "memcheck"])

    def test_compilers_and_levels_as_a_build_names_them(self):
        for path, family in (("/usr/bin/g++-12", "g++"), ("clang++-19", "clang++"),
                             ("icpx", "icpx")):
            self.assertEqual(compiler_family(path), family)
        for flags, level in ((["-O1", "-g", "-O2"], "-O2"), (["-g"], "-O0"), (["-O"], "-O1")):
            self.assertEqual(optimisation_level(flags), level)


class Refuses(InAFolder):
    def test_what_is_misspelt_and_says_where(self):
        for line, part in (
                ("// expect: asna SEGV", "asna"), ("// expect: asan", "a kind"),
                ("// expect asan SEGV", "neither"), ("//expect: asan SEGV", "neither"),
                ("// Expect: asan SEGV", "neither"), ("// expcet: asan SEGV", "'expcet:'"),
                ("// expect: asan SEGV lines=4", "'lines=4'"),
                ("// expect: asan SEGV size=x", "size"),
                ("// expect: asan SEGV line=1 line=1", "twice"), ("// expect: lsan leak", "twice"),
                ("// missed: memchek it cannot see it", "memchek"),
                ("// missed: memcheck because", "its reason"),
                ("// missed: tsan compiler=gcc it cannot see it", "compiler=gcc"),
                ("// missed: tsan level=-O1 it cannot see it", "level=-O1"),
                ("// missed: tsan opt=O1 it cannot see it", "opt=O1"),
                ("// missed: lsan it cannot see it", "also expected"),
                ("// missed: tsan opt=-O1 it cannot see it", "nothing is said about tsan")):
            path = self.canary(f"// expect: lsan leak\n{line}\n")
            with self.subTest(line=line), self.assertRaises(BadExpectation) as caught:
                read_canary(path)
            self.assertIn(f"{path}:2: ", str(caught.exception))
            self.assertIn(part, str(caught.exception))

    def test_a_source_that_expects_nothing_or_too_late(self):
        for text in ("", "// A bug.\n", "// missed: asan it cannot see it\n",
                     "// expect: asan SEGV\n\n// expect: tsan SEGV\n"):
            with self.assertRaises(BadExpectation):
                read_canary(self.canary(text))

    def test_a_line_behind_the_last_one_and_a_folder_without_canaries(self):
        with self.assertRaises(BadExpectation):
            read_canaries(self.folder)
        path = self.canary("// expect: asan SEGV line=2\n")
        with self.assertRaises(BadExpectation) as caught:
            read_canaries(self.folder)
        self.assertIn(f"{path}:1: ", str(caught.exception))


class SeveralReports(InAFolder):
    def problems(self, text: str, lines: str) -> list:
        with open(os.path.join(os.path.dirname(__file__), "outputs", "asan_gcc_leak.txt"),
                  encoding="utf-8") as file:
            output = file.read().replace("leak.cpp:5", "bug.cpp:3")
        output = output.replace("leak.cpp:6", lines)
        expectation = read_canary(self.canary(text)).expectations["lsan"]
        return missed(expectation, Outcome(1, output), "bug.cpp")

    def test_are_all_required_and_no_other_is_allowed(self):
        second = "// expect: lsan direct-leak size=64 line=4\n"
        self.assertEqual(self.problems(LEAK + second, "bug.cpp:4"), [])
        self.assertEqual(self.problems(LEAK + second, "bug.cpp:5"),
                         ["another line: lsan direct-leak size=64 access=? line=5",
                          "no report: lsan direct-leak size=64 line=4"])
        self.assertEqual(self.problems(LEAK, "bug.cpp:4"),
                         ["another size, line: lsan direct-leak size=64 access=? line=4"])
        self.assertEqual(self.problems(LEAK + second + OWNED, "bug.cpp:4"),
                         ["no report: lsan indirect-leak size=64 line=4"])


class ListCanaries(InAFolder):
    def list(self, *more: str) -> int:
        done = subprocess.run(
            [sys.executable, os.path.join(CANARIES, "list_canaries.py"), "--folder", self.folder,
             *more], capture_output=True, text=True, timeout=60, check=False)
        self.said = done.stdout + done.stderr
        return done.returncode

    def test_tells_what_runs_from_what_is_documented_as_missed(self):
        self.canary("// expect: asan SEGV\n"
                    "// missed: asan compiler=g++ opt=-O2 gone at this level\n"
                    "// expect: tsan SEGV\n")
        for flags, said in (("-O2 -g", "missed bug asan gone at this level\n"),
                            ("-O2 -O1", "run bug asan\n")):
            self.assertEqual(
                self.list("--compiler", "g++", f"--flags={flags}", "--detector=asan"), 0)
            self.assertEqual(self.said, said)

    def test_names_the_line_that_it_does_not_understand(self):
        path = self.canary("// expect: asan SEGV lien=3\n")
        self.assertEqual(self.list("--compiler", "g++", "--detector=asan"), 3)
        self.assertIn(f"{path}:1: 'lien=3'", self.said)
        self.assertIn("Next step:", self.said)

    def test_refuses_a_wrong_command_line(self):
        self.assertEqual(self.list("--compiler", "g++", "--detector=asam"), 2)
        self.assertEqual(self.list("--help"), 0)


if __name__ == "__main__":
    unittest.main()
