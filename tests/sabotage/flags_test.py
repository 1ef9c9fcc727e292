"""Flags that went missing, and a sanitizer's program under Valgrind."""

import json
import re
import subprocess
import unittest
from pathlib import Path

from sabotage_tree import QUIET_PROGRAM, SabotageCase, needs, preset

LISTS = """\
cmake_minimum_required(VERSION 3.25)
project(sabotaged LANGUAGES CXX)
add_library(whole OBJECT whole.cpp)
add_library(lost OBJECT lost.cpp)
target_compile_options(lost PRIVATE -fno-sanitize=address)
"""


class Flags(SabotageCase):
    def test_that_the_preset_lost(self):
        for name, detector in (("asan", "asan"), ("asan", "lsan"), ("asan", "ubsan"),
                               ("tsan", "tsan")):
            tree = self.new_tree(name)
            without = [flag for flag in tree.flags if not flag.startswith("-fsanitize")]
            tree.add_tripwire(detector, without)
            tree.add_program("own", flags=without)
            self.expect_did_not_run(
                tree.run([detector]), f"tripwire.{detector} .*built without",
                "files are compiled without -fsanitize=.*own.cpp",
                "no test runs a program that a detector looks into")

    def test_that_one_file_lost(self):
        tree = self.tree_with_tripwires("asan")
        self.expect(tree.run(["asan"]), 0)
        source = tree.folder / "lost.cpp"
        source.write_text(QUIET_PROGRAM)
        tree.compile(source, [*tree.flags, "-fno-sanitize=address"])
        self.expect_did_not_run(tree.run(["asan"]),
                                r"1 files are compiled without -fsanitize=address.*/lost\.cpp")
        self.expect(tree.run(["ubsan"]), 0)

    def test_that_one_target_of_a_real_project_lost(self):
        tree = self.new_tree("asan")
        tree.add_tripwire("asan")
        tree.add_program("own")
        (tree.folder / "CMakeLists.txt").write_text(LISTS)
        for name in ("whole", "lost"):
            (tree.folder / f"{name}.cpp").write_text(QUIET_PROGRAM)
        flags = preset("configurePresets", "asan")["cacheVariables"]["CMAKE_CXX_FLAGS"]
        subprocess.run(["cmake", "-G", "Ninja", "-S", tree.folder, "-B", tree.folder / "real",
                        "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", f"-DCMAKE_CXX_FLAGS={flags}"],
                       check=True, capture_output=True)
        commands = json.loads((tree.folder / "real" / "compile_commands.json").read_text())
        tree._commands += commands
        result = tree.run(["asan"])
        self.expect_did_not_run(result, r"1 files are compiled without.*/lost\.cpp")
        self.assertFalse(re.search(r"/whole\.cpp", result.words()))


class UnderValgrind(SabotageCase):
    """A program with AddressSanitizer in it, in a tree that claims memcheck."""

    def check(self, compiler, *patterns):
        tree = self.new_tree("valgrind", compiler)
        flags = ["-fsanitize=address", *tree.flags]
        tree.add_tripwire("memcheck", flags)
        tree.add_program("own", flags=flags)
        self.expect_did_not_run(tree.run(), *patterns,
                                "compiled with -fsanitize=address, which Valgrind cannot run",
                                "tripwire.memcheck failed")

    @needs("valgrind")
    def test_of_gcc(self):
        self.check("gcc", "another library was loaded before the sanitizer's")

    @needs("valgrind", "clang++-19")
    def test_of_clang(self):
        self.check("clang", "Shadow memory|shadow memory|needs its own")


class Folder(unittest.TestCase):
    def test_every_file_of_this_folder_is_registered(self):
        lists = (Path(__file__).parent / "CMakeLists.txt").read_text()
        for file in Path(__file__).parent.glob("*_test.py"):
            self.assertRegex(lists, rf"\b{file.stem.removesuffix('_test')}\b")


if __name__ == "__main__":
    unittest.main()
