#!/usr/bin/env python3
"""Tests of scripts/canaries: the list, a small slice of the real matrix, the misses that nobody
documented and those that are none any more, and the table of docs/canaries.md."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
ROOT = Path(__file__).resolve().parents[2]
CANARIES = ROOT / "cmake" / "canaries"
PAGE = ROOT / "docs" / "canaries.md"
SLICE = ("--compiler", "g++", "--detector", "ubsan")


class Command(unittest.TestCase):
    def run_it(self, *arguments: str, path: str = "") -> int:
        environment = dict(os.environ, PATH=path or os.environ["PATH"])
        done = subprocess.run([sys.executable, str(ROOT / "scripts" / "canaries"), *arguments],
                              capture_output=True, text=True, timeout=300, check=False,
                              env=environment, stdin=subprocess.DEVNULL)
        self.out, self.err = done.stdout, done.stderr
        return done.returncode

    def folder(self, **changed: str) -> Path:
        """A folder with copies of some canaries, in which OLD=>NEW of `changed` are exchanged."""
        holder = tempfile.TemporaryDirectory(prefix="redzone ")
        self.addCleanup(holder.cleanup)
        for name, change in changed.items():
            old, new = change.split("=>")
            text = (CANARIES / f"{name}.cpp").read_text(encoding="utf-8")
            self.assertIn(old, text)
            (Path(holder.name) / f"{name}.cpp").write_text(text.replace(old, new), encoding="utf-8")
        return Path(holder.name)


class List(Command):
    def test_names_every_canary_and_its_detectors(self):
        self.assertEqual(self.run_it("--json"), 0, self.err)
        document = json.loads(self.out)
        self.assertEqual(document["schema"], "redzone/canaries/1")
        self.assertEqual([canary["name"] for canary in document["canaries"]],
                         sorted(path.stem for path in CANARIES.glob("*.cpp")))
        self.assertEqual(self.run_it("--only", "new_delete_size"), 0)
        self.assertIn("\n  asan new-delete-type-mismatch size=666", self.out)
        self.assertIn("\n  memcheck misses it: ", self.out)

    def test_refuses_a_wrong_command_line_and_names_the_nearest_right_word(self):
        for words in (("--only", "leek"), ("--matrix", "--detector", "usan"), ("--opt", "-O2"),
                      ("--matrix", "--opt", "-O9"), ("--matrix", "--jobs", "0"),
                      ("--matrix", "--only", "leak", "--write", "markdown=x"),
                      ("--write", "markdown=x"), ("--check", "html=x"), ("--matrx",)):
            with self.subTest(words=words):
                self.assertEqual(self.run_it(*words), 2)
        self.run_it("--only", "leek")
        self.assertIn("there is no canary 'leek', but leak", self.err)
        self.assertEqual(self.run_it("--help"), 0)

    def test_stops_at_a_line_that_it_does_not_understand(self):
        folder = self.folder(shift="ubsan=>ubsna")
        self.assertEqual(self.run_it("--folder", str(folder)), 3)
        self.assertIn(f"{folder}/shift.cpp:1: ", self.err)


class Matrix(Command):
    def test_of_two_canaries_at_two_levels(self):
        self.assertEqual(self.run_it("--matrix", *SLICE, "--only", "signed_overflow", "--only",
                                     "shift", "--opt", "-O0", "--opt", "-O2"), 0, self.out)
        self.assertIn("  shift                     02\n", self.out)
        self.assertIn("  signed_overflow           02\n", self.out)
        self.assertIn("4 programs, 4 runs in ", self.out)
        self.assertEqual(self.err, "")  # no terminal

    def test_is_red_when_a_bug_is_missed_or_a_documented_miss_is_caught(self):
        missed = "// missed: ubsan opt=-O0 it is said to be gone\n"
        folder = self.folder(
            shift="canary::hide(37))=>canary::hide(5))",  # no bug any more
            signed_overflow=f"// A sum=>{missed}// A sum",
            index_out_of_bounds="out-of-bounds-index=>null-pointer-use")
        self.assertEqual(self.run_it("--matrix", *SLICE, "--opt", "-O0", "--json", "--folder",
                                     str(folder)), 1, self.out)
        document = json.loads(self.out)
        self.assertRegex(document["versions"]["g++"], r"^\d+(\.\d+)+$")
        results = {one["canary"]: (one["result"], one["detail"]) for one in document["results"]}
        self.assertEqual(results["shift"][0], "missed")
        self.assertIn("no report of UndefinedBehaviorSanitizer", results["shift"][1])
        self.assertEqual(results["signed_overflow"][0], "caught, though documented as missed")
        self.assertIn("signed-integer-overflow", results["signed_overflow"][1])
        self.assertEqual(results["index_out_of_bounds"][0], "missed")
        self.assertIn("another kind", results["index_out_of_bounds"][1])
        self.assertEqual(self.run_it("--matrix", *SLICE, "--opt", "-O0", "--only", "shift",
                                     "--folder", str(folder)), 1)
        self.assertIn("missed: shift, ubsan, g++ -O0: ", self.out)
        self.assertIn("  shift                     !\n", self.out)

    def test_holds_a_documented_miss_that_is_one(self):
        self.assertEqual(self.run_it("--matrix", *SLICE, "--opt", "-O0", "--only", "float_cast"), 0,
                         self.out)
        self.assertIn("  float_cast                -\n", self.out)

    def test_compiles_at_the_level_that_it_shows(self):
        folder = self.folder(signed_overflow="INT_MAX)=>BASE)")
        source = folder / "signed_overflow.cpp"
        text = source.read_text(encoding="utf-8").replace("// A sum", (
            "// missed: ubsan opt=-O2 there is no bug at this level\n// A sum")).replace(
            "line=9", "line=16").replace('hpp"\n', (
                'hpp"\n\n#ifdef __OPTIMIZE__\n#define BASE 0\n#else\n#define BASE INT_MAX\n'
                '#endif\n'))
        source.write_text(text, encoding="utf-8")
        self.assertEqual(self.run_it("--matrix", *SLICE, "--opt", "-O0", "--opt", "-O2",
                                     "--folder", str(folder)), 0, self.out)
        self.assertIn("  signed_overflow           0-\n", self.out)

    def test_could_not_run_is_never_a_miss(self):
        folder = self.folder(shift="int main=>int mian")
        self.assertEqual(self.run_it("--matrix", *SLICE, "--opt", "-O0", "--folder", str(folder)),
                         3)
        self.assertIn("did not run: shift, ubsan", self.out)
        folder = self.folder(shift="<< canary::hide(37)=>- canary::hide(37) * 0.0")
        (folder / "shift.cpp").write_text(
            "// expect: ubsan invalid-shift-exponent\n// missed: ubsan opt=-O0 it is not there\n"
            "int main() { return 0; }\n", encoding="utf-8")
        self.assertEqual(self.run_it("--matrix", *SLICE, "--opt", "-O0", "--folder", str(folder)),
                         3)
        self.assertIn("build a program without UndefinedBehaviorSanitizer", self.out)
        self.assertEqual(self.run_it("--matrix", *SLICE, path="/nonexistent"), 3)
        self.assertIn("Next step: scripts/setup", self.err)


class Page(Command):
    def test_shows_the_sources_of_today(self):
        self.assertEqual(self.run_it("--check", f"markdown={PAGE}"), 0, self.out)
        self.assertIn("\nMeasured with g++ ", PAGE.read_text(encoding="utf-8"))

    def test_is_red_when_a_source_has_changed(self):
        folder = self.folder(shift="invalid-shift-exponent=>invalid-shift-base")
        for path in CANARIES.glob("*.cpp"):
            if not (folder / path.name).exists():
                shutil.copy(path, folder)
        self.assertEqual(self.run_it("--check", f"markdown={PAGE}", "--folder", str(folder)), 1)
        self.assertIn("only in canaries.md: | `shift` |", self.out)
        self.assertIn("not in canaries.md: | `shift` |", self.out)
        self.assertIn("Next step: scripts/canaries --matrix --write", self.out)
        (folder / "shift.cpp").unlink()
        self.assertEqual(self.run_it("--check", f"markdown={PAGE}", "--folder", str(folder)), 1)

    def test_needs_its_markers(self):
        page = self.folder() / "page.md"
        page.write_text("# Nothing\n", encoding="utf-8")
        for words in (("--check",), ("--matrix", "--write")):
            self.assertEqual(self.run_it(*words, f"markdown={page}"), 3)
            self.assertIn("<!-- canaries: begin -->", self.err)


if __name__ == "__main__":
    unittest.main()
