"""Options, libraries and tools around a detector that are wrong: names that it does not know, a
library that is loaded before it, no symbolizer."""

import os
import shutil
import subprocess
import tempfile
import unittest

from sabotage_tree import VARIABLES, SabotageCase, needs

# The nearest right name is said where the runtime lists the options.
TYPOS = {"asan": ("detect_leeks", "detect_leaks"), "lsan": ("max_leeks", "max_leaks"),
         "ubsan": ("print_stacktraze", "print_stacktrace"),
         "tsan": ("second_deadlock_stak", "second_deadlock_stack")}


class Names(SabotageCase):
    def check(self, detector, compiler):
        tree = self.tree_with_tripwires("tsan" if detector == "tsan" else "asan", compiler)
        wrong, right = TYPOS[detector]
        tree.environment[VARIABLES[detector]] += f":{wrong}=1"
        near = rf".*'{right}'" if detector in ("asan", "tsan") else " "
        self.expect_did_not_run(tree.run([detector]),
                                rf"{VARIABLES[detector]} has an option '{wrong}'{near}")

    def test_that_a_sanitizer_does_not_know(self):
        for detector in TYPOS:
            with self.subTest(detector):
                self.check(detector, "gcc")

    @needs("clang++-19")
    def test_that_a_sanitizer_of_clang_does_not_know(self):
        for detector in TYPOS:
            with self.subTest(detector):
                self.check(detector, "clang")

    @needs("valgrind")
    def test_that_valgrind_does_not_know(self):
        tree = self.tree_with_tripwires("valgrind")
        tree.environment["VALGRIND_OPTS"] += " --leak-chek=full"
        self.expect_did_not_run(tree.run(), "Valgrind was given an option that it does not know")

    def test_a_value_that_a_sanitizer_does_not_take(self):
        tree = self.tree_with_tripwires("asan")
        tree.environment["ASAN_OPTIONS"] += ":detect_leaks=maybe"
        self.expect_did_not_run(tree.run(["asan"]), "a value that it does not know")


class Preload(SabotageCase):
    def test_a_library_before_address_sanitizers(self):
        tree = self.tree_with_tripwires("asan")
        tree.environment["LD_PRELOAD"] = library("libm.so.6")
        self.expect_did_not_run(tree.run(["asan"]), "another library was loaded before")

    @needs("clang++-19")
    def test_a_library_before_a_sanitizer_that_does_not_look(self):
        tree = self.tree_with_tripwires("asan", "clang")
        tree.environment["LD_PRELOAD"] = library("libm.so.6")
        self.expect_did_not_run(tree.run(["asan"]), "LD_PRELOAD loads '.*libm.so.6' before")

    @needs("clang++-19")
    def test_the_runtime_of_another_compiler(self):
        tree = self.tree_with_tripwires("asan", "clang")
        tree.environment["LD_PRELOAD"] = library("libasan.so")
        self.expect_did_not_run(tree.run(["asan"]), "runtime of another compiler's sanitizer")


class Symbolizer(SabotageCase):
    @needs("clang++-19")
    def test_that_does_not_exist(self):
        tree = self.tree_with_tripwires("asan", "clang")
        tree.environment["ASAN_SYMBOLIZER_PATH"] = "/no/such/llvm-symbolizer"
        self.expect_did_not_run(tree.run(["asan"]), "the symbolizer did not work")

    @needs("clang++-19")
    def test_that_does_not_run(self):
        tree = self.tree_with_tripwires("asan", "clang")
        fake = tree.folder / "llvm-symbolizer"
        fake.write_text("#!/bin/sh\nexit 1\n")
        fake.chmod(0o755)
        tree.environment["ASAN_SYMBOLIZER_PATH"] = str(fake)
        self.expect_did_not_run(tree.run(["asan"]),
                                "symbolizer did not work|symbolizer .*does not run")

    @needs("clang++-19")
    def test_that_is_not_in_path(self):
        """Some builds of clang bring one along; then the reports have names, and that is seen."""
        tree = self.tree_with_tripwires("asan", "clang")
        with tempfile.TemporaryDirectory() as tools:
            for tool in ("ctest", "sh"):
                os.symlink(shutil.which(tool), os.path.join(tools, tool))
            tree.environment["PATH"] = tools
            program = tree.tests["tripwire.asan"][0][-1]
            report = subprocess.run([program], env=tree.environment, capture_output=True,
                                    text=True, check=False).stderr
            result = tree.run(["asan"])
        if "heap_overflow_write.cpp:" in report:
            self.expect(result, 0)
        else:
            self.expect_did_not_run(result, "no llvm-symbolizer in PATH")

    @needs("clang++-19")
    def test_that_is_switched_off(self):
        tree = self.tree_with_tripwires("asan", "clang")
        tree.environment["ASAN_OPTIONS"] += ":symbolize=0"
        self.expect_did_not_run(tree.run(["asan"]), "ASAN_OPTIONS switches .* off: symbolize=0")


def library(name):
    done = subprocess.run(["g++", f"-print-file-name={name}"], capture_output=True, text=True,
                          check=True)
    return os.path.realpath(done.stdout.strip())


if __name__ == "__main__":
    unittest.main()
