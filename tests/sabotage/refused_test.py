"""A system that refuses what a detector needs: ptrace, address space."""

import shutil
import subprocess
import unittest
from pathlib import Path

from sabotage_tree import SabotageCase, needs


class Ptrace(SabotageCase):
    def refusing(self, tree):
        """The words in front of a command that make ptrace fail in it."""
        launcher = tree.folder / "deny_ptrace"
        subprocess.run(["gcc", Path(__file__).parent / "deny_ptrace.c", "-o", launcher], check=True)
        if subprocess.run([launcher, "true"], check=False).returncode == 0:
            return (str(launcher),)
        if shutil.which("strace"):
            # Only one process can trace another: under strace LeakSanitizer cannot.
            return ("strace", "-f", "-qq", "-e", "trace=none", "-o", "/dev/null")
        return self.skipTest("this kernel takes no seccomp filter, and strace is not there")

    def check(self, compiler):
        tree = self.tree_with_tripwires("asan", compiler)
        result = tree.run(["lsan"], before=self.refusing(tree))
        self.expect_did_not_run(result, "the leak check itself failed, .*ptrace",
                                "tripwire.lsan .*ptrace is forbidden")

    def test_of_gcc(self):
        self.check("gcc")

    @needs("clang++-19")
    def test_of_clang(self):
        self.check("clang")


class AddressSpace(SabotageCase):
    def check(self, preset, detector, compiler="gcc", kibibytes=4_000_000):
        tree = self.tree_with_tripwires(preset, compiler)
        result = tree.run([detector], before=("sh", "-c", f"ulimit -v {kibibytes}; exec \"$@\"",
                                              "sh"))
        self.expect_did_not_run(result, "address space|memory is limited|failed a check of its own",
                                "ulimit -v")

    def test_of_address_and_leak_sanitizer(self):
        self.check("asan", "asan")
        self.check("asan", "lsan")

    def test_of_thread_sanitizer(self):
        self.check("tsan", "tsan")

    @needs("clang++-19")
    def test_of_the_sanitizers_of_clang(self):
        self.check("asan", "asan", "clang")
        self.check("tsan", "tsan", "clang")

    @needs("valgrind")
    def test_of_valgrind(self):
        """ctest itself needs more than the limit under which Valgrind gives up."""
        tree = self.tree_with_tripwires("valgrind")
        tripwire = tree.tests["tripwire.memcheck"][0]
        valgrind = tree.folder / "valgrind"
        valgrind.write_text(f'#!/bin/sh\nulimit -v 60000\nexec {shutil.which("valgrind")} "$@"\n')
        valgrind.chmod(0o755)
        tripwire += ["--valgrind", str(valgrind)]
        self.expect_did_not_run(tree.run(), "Valgrind was refused the memory",
                                "tripwire.memcheck .*memory is limited")



if __name__ == "__main__":
    unittest.main()
